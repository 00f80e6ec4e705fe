"""Measured turns: the LLM's time to the first sentence, and whether a filler would have played."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

from django.contrib.auth.models import User

from personas.models import FillerConfig
from playground.engine.persona_document import read_persona
from playground.engine.speech.filler_picture import fires
from playground.engine.speech.voices import voice_of
from playground.models import Turn

MOST_TURNS = 500
"""Only the newest turns count."""


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
            conversation__owner=user,
            conversation__persona_version__persona__filler_config=config,
            kind=Turn.Kind.USER,
            status=Turn.Status.COMPLETED,
            timings__first_sentence__isnull=False,
        )
        .order_by("-created_at")
        .values(
            "timings", "conversation__persona_version__persona_id", "conversation__persona_version__document"
        )
    )
    times: dict[str, list[tuple[int, int]]] = defaultdict(list)
    names: dict[str, str] = {}
    for row in rows[:MOST_TURNS]:
        first_sentence_ms = row["timings"].get("first_sentence")
        if first_sentence_ms is None:
            continue
        persona_id = row["conversation__persona_version__persona_id"]
        document = row["conversation__persona_version__document"]
        names.setdefault(persona_id, document["persona_name"])
        times[persona_id].append((first_sentence_ms, _synthesis_ms(persona_id, document)))
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


def _synthesis_ms(persona_id: str, document: dict[str, Any]) -> int:
    return voice_of(read_persona(persona_id, document).speech).delay_ms
