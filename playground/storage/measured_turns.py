"""Measured turns: the LLM's time to the first sentence, whether a filler would have played, and its best delay."""

from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass
from statistics import fmean, median, quantiles

from django.contrib.auth.models import User

from personas.models import FillerConfig, PersonaVersion
from playground.engine.distribution import FEWEST_TO_COMPARE
from playground.engine.json_types import Json
from playground.engine.persona_document import read_persona
from playground.engine.speech.filler_delay import DelayAdvice, WaitedTurn, delay_advice
from playground.engine.speech.filler_picture import fires
from playground.engine.speech.fillers import spoken_phrase
from playground.engine.speech.tags import tags_of
from playground.engine.speech.voices import voice_of
from playground.models import Conversation, Turn
from playground.storage.used_versions import version_id_of_turns

MOST_TURNS = 500
"""Only the newest turns count."""
NOT_COMPLETED = [status for status in Turn.Status if status is not Turn.Status.COMPLETED]


@dataclass(frozen=True, slots=True)
class FillerMeasure:
    """Turns of one persona, in ms; ``fired``: the number in which the filler would have played."""

    persona_id: str
    name: str
    turns: int
    median_ms: int | None
    """None for one turn alone."""
    slow_ms: int | None
    """The 95th percentile; None for too few turns."""
    fired: int

    @property
    def percent(self) -> float:
        return 100 * self.fired / self.turns


@dataclass(frozen=True, slots=True)
class MeasuredFiller:
    """``personas``: the one with the most turns first. ``advice`` is None for too few turns, or without a phrase."""

    personas: list[FillerMeasure]
    advice: DelayAdvice | None

    @property
    def usual(self) -> FillerMeasure | None:
        """The persona whose median stands for a turn; None if no median is known."""
        return next((row for row in self.personas if row.median_ms is not None), None)


@dataclass(frozen=True, slots=True)
class _Voice:
    persona_id: str
    name: str
    synthesis_ms: int
    phrase_ms: int | None
    """How long a phrase of the filler is heard on average; None without one."""


def measured_turns(config: FillerConfig, user: User, *, delay_ms: int) -> MeasuredFiller:
    """Return the measures of the user's own completed turns with the personas that now use the config."""
    rows = (
        Turn.objects.filter(
            conversation__in=_latest_conversations(config, user),
            kind=Turn.Kind.USER,
            timings__first_sentence__isnull=False,
        )
        # Not by its status: SQLite would look for completed turns first, through all that there are.
        .exclude(status__in=NOT_COMPLETED)
        .order_by("-created_at")
        .values_list("timings", version_id_of_turns())
    )
    measured = list(rows[:MOST_TURNS])
    voices = _voices_of({version_id for _timings, version_id in measured}, config)
    times: dict[str, list[tuple[int, int]]] = defaultdict(list)
    names: dict[str, str] = {}
    waited: list[WaitedTurn] = []
    for timings, version_id in measured:
        first_sentence_ms = timings.get("first_sentence")
        if first_sentence_ms is None:
            continue
        voice = voices[version_id]
        names.setdefault(voice.persona_id, voice.name)
        times[voice.persona_id].append((first_sentence_ms, voice.synthesis_ms))
        if voice.phrase_ms is not None:
            waited.append(WaitedTurn(first_sentence_ms + voice.synthesis_ms, voice.phrase_ms))
    rows_of_personas = [
        _measured(persona_id, names[persona_id], turn_times, delay_ms)
        for persona_id, turn_times in times.items()
    ]
    rows_of_personas.sort(key=lambda row: -row.turns)
    return MeasuredFiller(rows_of_personas, delay_advice(waited, delay_ms))


def _measured(
    persona_id: str, name: str, turn_times: Sequence[tuple[int, int]], delay_ms: int
) -> FillerMeasure:
    sentences = [first_sentence_ms for first_sentence_ms, _ in turn_times]
    has_slow = len(sentences) >= FEWEST_TO_COMPARE
    return FillerMeasure(
        persona_id=persona_id,
        name=name,
        turns=len(turn_times),
        median_ms=round(median(sentences)) if len(sentences) > 1 else None,
        slow_ms=round(quantiles(sentences, n=20, method="inclusive")[-1]) if has_slow else None,
        fired=sum(fires(first_ms + synthesis_ms, delay_ms) for first_ms, synthesis_ms in turn_times),
    )


def _latest_conversations(config: FillerConfig, user: User) -> list[str]:
    """Return the user's latest conversations with these personas, enough for MOST_TURNS."""
    versions = PersonaVersion.objects.filter(persona__filler_config=config)
    conversations = Conversation.of(user).filter(persona_version__in=versions.values("pk"))
    return list(conversations.order_by("-updated_at").values_list("pk", flat=True)[:MOST_TURNS])


def _voices_of(version_ids: Set[int], config: FillerConfig) -> dict[int, _Voice]:
    """Return the voices by version: each document is read once, however many turns it had."""
    versions = PersonaVersion.objects.filter(pk__in=version_ids).values_list("pk", "persona_id", "document")
    phrases = [phrase for phrase in (config.filler_phrase, *config.filler_phrases_list) if phrase.strip()]
    return {
        version_id: _voice(persona_id, document, phrases) for version_id, persona_id, document in versions
    }


def _voice(persona_id: str, document: Json, phrases: Sequence[str]) -> _Voice:
    speech = read_persona(persona_id, document).speech
    voice, tags = voice_of(speech), tags_of(speech)
    lengths = [voice.timing(spoken_phrase(phrase, tags)).duration_ms for phrase in phrases]
    phrase_ms = round(fmean(lengths)) if lengths else None
    return _Voice(persona_id, document["persona_name"], voice.delay_ms, phrase_ms)
