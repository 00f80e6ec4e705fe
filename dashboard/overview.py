"""The home page's data about personas: three queries, however many personas there are."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from statistics import median_low

from django.contrib.auth.models import User
from django.db.models import F, Max, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from personas.models import Persona
from personas.secrets import SecretState, state_of
from playground.models import Turn

PERSONAS_SHOWN = 24
RUNS_MEASURED = 20
"""The median and the last error come from this many of a persona's latest turns."""

Run = tuple[datetime, int | None, str, str]
"""Start, time to first audio (ms) or None, the error's sentence or "", the conversation's id."""


@dataclass(frozen=True, slots=True)
class PersonaCard:
    persona: Persona
    secret_state: SecretState | None
    """None if the persona has no token secret."""
    last_run: datetime | None
    first_audio_ms: int | None
    """The median of the latest turns; None if none was heard."""
    last_error: str
    last_error_at: datetime | None
    last_error_in: str
    """The conversation's id."""


@dataclass(frozen=True, slots=True)
class Overview:
    cards: list[PersonaCard]
    total: int
    """The number of all personas; ``cards`` has those that ran or changed last."""

    @property
    def has_runs(self) -> bool:
        return any(card.last_run for card in self.cards)


def overview_of(user: User) -> Overview:
    """Return the personas with the results of this user's own rehearsals."""
    personas = list(_latest_personas(user))
    runs = _latest_runs(user, personas)
    total = len(personas) if len(personas) < PERSONAS_SHOWN else Persona.objects.count()
    return Overview([_card(persona, runs[persona.pk]) for persona in personas], total)


def _latest_personas(user: User) -> QuerySet[Persona]:
    own = Q(versions__conversations__owner=user)
    return (
        Persona.objects.select_related("token_secret")
        .annotate(ran_at=Max("versions__conversations__updated_at", filter=own))
        .order_by(F("ran_at").desc(nulls_last=True), "-updated_at")[:PERSONAS_SHOWN]
    )


def _latest_runs(user: User, personas: list[Persona]) -> dict[str, list[Run]]:
    """Return the latest runs by persona, the latest first."""
    persona = F("conversation__persona_version__persona")
    latest = (
        Turn.objects.filter(conversation__owner=user, conversation__persona_version__persona__in=personas)
        .annotate(
            persona_id=persona,
            rank=Window(RowNumber(), partition_by=persona, order_by=F("created_at").desc()),
        )
        .filter(rank__lte=RUNS_MEASURED)
        .order_by("rank")
        .values_list("persona_id", "created_at", "first_audio_ms", "error", "conversation_id")
    )
    runs: dict[str, list[Run]] = defaultdict(list)
    for persona_id, created_at, first_audio_ms, error, conversation_id in latest:
        message = str(error.get("message", "")) if error else ""
        runs[persona_id].append((created_at, first_audio_ms, message, conversation_id))
    return runs


def _card(persona: Persona, runs: list[Run]) -> PersonaCard:
    heard_ms = [first_audio_ms for _, first_audio_ms, _, _ in runs if first_audio_ms is not None]
    failed = next((run for run in runs if run[2]), None)
    return PersonaCard(
        persona=persona,
        secret_state=state_of(persona.token_secret) if persona.token_secret else None,
        last_run=runs[0][0] if runs else None,
        first_audio_ms=median_low(heard_ms) if heard_ms else None,
        last_error=failed[2] if failed else "",
        last_error_at=failed[0] if failed else None,
        last_error_in=failed[3] if failed else "",
    )
