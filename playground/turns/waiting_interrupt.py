"""An interrupt that waits until the voice gets to a word: it is told to viewers, and asked for at its time."""

from playground.engine.events import InterruptWaits
from playground.engine.persona import BargeInSettings
from playground.engine.speech.barge_in import cut_at_ms, heard_at_ms
from playground.engine.speech.schedule import SpeechSchedule
from playground.turns.interrupt import Interrupt, InterruptSignal
from playground.turns.turn_output import TurnOutput


class WaitingInterrupt:
    """The turn's own view of ``signal.waits_at``: call ``perform_due`` whenever the voice has gone on."""

    def __init__(
        self, signal: InterruptSignal, schedule: SpeechSchedule, output: TurnOutput, barge_in: BargeInSettings
    ) -> None:
        self._signal = signal
        self._schedule = schedule
        self._output = output
        self._barge_in = barge_in
        self._emitted_at: int | None = None

    def perform_due(self) -> None:
        """Tell a change to the viewers, and ask for the interrupt once the voice is there."""
        waits_at, now_ms = self._signal.waits_at, self._output.now_ms()
        if waits_at != self._emitted_at:
            self._emitted_at = waits_at
            self._output.emit(InterruptWaits(t_ms=now_ms, at_offset=waits_at))
        if waits_at is not None and self._schedule.heard_to(now_ms) >= waits_at:
            is_held = cut_at_ms(self._barge_in, self._schedule, now_ms) > now_ms
            # One that the barge-in rules hold cuts later: what is heard until then counts.
            self._signal.ask(Interrupt(None if is_held else waits_at))

    def next_at(self) -> int | None:
        """Return when the voice gets there, in ms from the turn's start; None without an interrupt that waits."""
        waits_at = self._signal.waits_at
        if waits_at is None or self._signal.asked.done():
            return None
        return heard_at_ms(self._schedule, waits_at)
