"""The home page's data about personas: a handful of queries, however many personas and conversations there are."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.utils import timezone

from dashboard.first_audio_plot import Plot, axis_of, plot_of
from personas.models import Persona
from personas.secrets import SecretState, state_of
from playground.storage.latest_personas import last_talks, latest_personas
from playground.storage.persona_health import (
    QUIET,
    Failure,
    PersonaHealth,
    health_of,
    newest_failures,
)

PERSONAS_SHOWN = 24


@dataclass(frozen=True, slots=True)
class PersonaCard:
    persona: Persona
    secret_state: SecretState | None
    """None if the persona has no token secret."""
    last_run: datetime | None
    health: PersonaHealth
    plot: Plot


@dataclass(frozen=True, slots=True)
class Overview:
    cards: list[PersonaCard]
    total: int
    """The number of all personas; ``cards`` has those that ran or changed last."""
    failures: list[Failure]

    @property
    def has_runs(self) -> bool:
        return any(card.last_run for card in self.cards)


def overview_of(user: User) -> Overview:
    """Return the personas with the results of this user's own rehearsals."""
    now = timezone.now()
    unarchived = Persona.objects.unarchived()
    talks = last_talks(user, PERSONAS_SHOWN)
    personas = latest_personas(unarchived.select_related("token_secret"), talks, PERSONAS_SHOWN)
    healths = health_of(user, [persona.pk for persona in personas], now)
    axis_ms = axis_of(healths.values())
    cards = [
        _card(persona, talks.get(persona.pk), healths.get(persona.pk, QUIET), axis_ms) for persona in personas
    ]
    total = len(personas) if len(personas) < PERSONAS_SHOWN else unarchived.count()
    return Overview(
        cards,
        total,
        newest_failures(user, now) if talks else [],
    )


def _card(persona: Persona, last_run: datetime | None, health: PersonaHealth, axis_ms: int) -> PersonaCard:
    return PersonaCard(
        persona=persona,
        secret_state=state_of(persona.token_secret) if persona.token_secret else None,
        last_run=last_run,
        health=health,
        plot=plot_of(health, axis_ms),
    )
