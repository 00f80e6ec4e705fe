"""When an interrupt takes effect (Just AI, ``$dialer.bargeInResponse``).

``forced`` cuts at once; ``phrase`` lets the current phrase end first; during ``noInterruptTime``, counted from the
first playout of the answer, nothing is cut. While the voice is silent, an interrupt always takes effect at once.

With ``bargeInIf`` a handler of the script decides about each interrupt, by ``$dialer.bargeInInterrupt``. The page asks
the user in its place; before an interrupt of the wire its sender has decided.
"""

from playground.engine.persona import BargeIn, BargeInSettings
from playground.engine.speech.schedule import SpeechSchedule

DECISION_MS = 5_000
"""How long the user may take to decide; then the voice goes on, as where the handler decides nothing."""


def cut_at_ms(settings: BargeInSettings, schedule: SpeechSchedule, now_ms: int) -> int:
    """Return when an interrupt at ``now_ms`` takes effect; ms from the turn's start, never before ``now_ms``."""
    playing = schedule.playing
    if playing is None:
        return now_ms
    earliest_ms = now_ms
    if schedule.first_audio_ms is not None:
        earliest_ms = max(now_ms, schedule.first_audio_ms + settings.no_interrupt_ms)
    if settings.mode is BargeIn.PHRASE:
        return max(earliest_ms, playing.ends_ms)
    return earliest_ms


def heard_at_ms(schedule: SpeechSchedule, offset: int) -> int | None:
    """Return when the word at ``offset`` is heard; ms from the turn's start. None while its sentence doesn't play."""
    words = schedule.playing.words if schedule.playing is not None else ()
    return next((word.at_ms for word in words if word.end >= offset), None)
