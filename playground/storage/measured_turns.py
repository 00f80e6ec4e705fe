"""Measured turns: the LLM's time to the first sentence, and whether a filler would have played."""

from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass
from statistics import median, quantiles

from django.contrib.auth.models import User

from personas.models import FillerConfig, PersonaVersion
from playground.engine.persona_document import read_persona
from playground.engine.speech.filler_picture import fires
from playground.engine.speech.voices import voice_of
from playground.models import Conversation, Turn

MOST_TURNS = 500
"""Only the newest turns count."""
NOT_COMPLETED = [status for status in Turn.Status if status is not Turn.Status.COMPLETED]


@dataclass(frozen=True, slots=True)
class FillerMeasure:
    """Turns of one persona, in ms; ``fired``: the number in which the filler would have played."""

    persona_id: str
    name: str
    turns: int
    median_ms: int
    slow_ms: int
    """The 95th percentile."""
    fired: int

    @property
    def percent(self) -> float:
        return 100 * self.fired / self.turns


def measured_turns(config: FillerConfig, user: User, *, delay_ms: int) -> list[FillerMeasure]:
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
        .values_list("timings", "conversation__persona_version")
    )
    measured = list(rows[:MOST_TURNS])
    voices = _voices_of({version_id for _timings, version_id in measured})
    times: dict[str, list[tuple[int, int]]] = defaultdict(list)
    names: dict[str, str] = {}
    for timings, version_id in measured:
        first_sentence_ms = timings.get("first_sentence")
        if first_sentence_ms is None:
            continue
        persona_id, name, synthesis_ms = voices[version_id]
        names.setdefault(persona_id, name)
        times[persona_id].append((first_sentence_ms, synthesis_ms))
    return [
        _measured(persona_id, names[persona_id], turn_times, delay_ms)
        for persona_id, turn_times in times.items()
    ]


def _measured(
    persona_id: str, name: str, turn_times: Sequence[tuple[int, int]], delay_ms: int
) -> FillerMeasure:
    sentences = [first_sentence_ms for first_sentence_ms, _ in turn_times]
    slow_ms = quantiles(sentences, n=20, method="inclusive")[-1] if len(sentences) > 1 else sentences[0]
    return FillerMeasure(
        persona_id=persona_id,
        name=name,
        turns=len(turn_times),
        median_ms=round(median(sentences)),
        slow_ms=round(slow_ms),
        fired=sum(fires(first_ms + synthesis_ms, delay_ms) for first_ms, synthesis_ms in turn_times),
    )


def _latest_conversations(config: FillerConfig, user: User) -> list[str]:
    """Return the user's latest conversations with these personas, enough for MOST_TURNS."""
    versions = PersonaVersion.objects.filter(persona__filler_config=config)
    conversations = Conversation.objects.filter(owner=user, persona_version__in=versions.values("pk"))
    return list(conversations.order_by("-updated_at").values_list("pk", flat=True)[:MOST_TURNS])


def _voices_of(version_ids: Set[int]) -> dict[int, tuple[str, str, int]]:
    """Return persona id, name and ms of synthesis by version: each document is read once, however many turns it had."""
    versions = PersonaVersion.objects.filter(pk__in=version_ids).values_list("pk", "persona_id", "document")
    return {
        version_id: (
            persona_id,
            document["persona_name"],
            voice_of(read_persona(persona_id, document).speech).delay_ms,
        )
        for version_id, persona_id, document in versions
    }
