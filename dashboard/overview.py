"""The home page's data about personas: a handful of queries, however many personas there are."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median_low

from django.contrib.auth.models import User
from django.db.models import F, Window
from django.db.models.functions import RowNumber

from personas.models import Persona
from personas.secrets import SecretState, state_of
from playground.models import Conversation, Turn
from playground.storage.latest_personas import latest_personas, versions_talked_to

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
    talked_to = versions_talked_to(user, PERSONAS_SHOWN)
    all_personas = Persona.objects.select_related("token_secret")
    personas = latest_personas(all_personas, talked_to.values(), PERSONAS_SHOWN)
    shown = {persona.pk for persona in personas}
    runs = _latest_runs(
        user, {version: persona for version, persona in talked_to.items() if persona in shown}
    )
    total = len(personas) if len(personas) < PERSONAS_SHOWN else Persona.objects.count()
    return Overview([_card(persona, runs[persona.pk]) for persona in personas], total)


def _latest_runs(user: User, talked_to: Mapping[int, str]) -> dict[str, list[Run]]:
    """Return the latest runs by persona, the latest first: those in as many of its latest conversations as runs."""
    persona_of = _latest_conversations(user, talked_to)
    newest_first = Window(RowNumber(), partition_by="conversation", order_by=F("position").desc())
    turns = (
        Turn.objects.filter(conversation__in=persona_of)
        .annotate(rank=newest_first)
        .filter(rank__lte=RUNS_MEASURED)
        .order_by("-created_at")
        .values_list("created_at", "first_audio_ms", "error", "conversation_id")
    )
    runs: dict[str, list[Run]] = defaultdict(list)
    for created_at, first_audio_ms, error, conversation_id in turns:
        of_persona = runs[persona_of[conversation_id]]
        if len(of_persona) < RUNS_MEASURED:
            message = str(error.get("message", "")) if error else ""
            of_persona.append((created_at, first_audio_ms, message, conversation_id))
    return runs


def _latest_conversations(user: User, talked_to: Mapping[int, str]) -> dict[str, str]:
    """Return the persona's id by conversation: the RUNS_MEASURED latest of each persona."""
    newest_first = Window(RowNumber(), partition_by="persona_version", order_by=F("updated_at").desc())
    conversations = (
        Conversation.objects.filter(owner=user, persona_version__in=talked_to)
        .annotate(rank=newest_first)
        .filter(rank__lte=RUNS_MEASURED)
        .order_by("-updated_at")
        .values_list("pk", "persona_version")
    )
    counts: Counter[str] = Counter()
    latest: dict[str, str] = {}
    for conversation_id, version_id in conversations:
        persona_id = talked_to[version_id]
        counts[persona_id] += 1
        if counts[persona_id] <= RUNS_MEASURED:
            latest[conversation_id] = persona_id
    return latest


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
