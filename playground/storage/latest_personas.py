"""The personas that a user talked to last: from the conversations' index alone, however many there are."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import Max, QuerySet

from personas.models import Persona, PersonaVersion
from playground.models import Conversation

VERSIONS_EACH = 10
"""How many of the versions talked to last are read for each persona that is asked for: more versions of one persona may
push others out of the order.
"""


def versions_talked_to(user: User, most: int) -> dict[int, str]:
    """Return the persona's id by version: those that the user talked to last, enough for ``most`` personas."""
    return {version_id: persona_id for version_id, persona_id, _ in _talks(user, most)}


def last_talks(user: User, most: int) -> dict[str, datetime]:
    """Return when the user talked to each persona last, the latest first; enough for ``most``."""
    talks: dict[str, datetime] = {}
    for _, persona_id, last in _talks(user, most):
        talks.setdefault(persona_id, last)
    return talks


def _talks(user: User, most: int) -> list[tuple[int, str, datetime]]:
    """Return version, persona and the last talk; versions of deleted personas are left out."""
    latest = (
        Conversation.objects.filter(owner=user)
        .order_by()
        .values_list("persona_version")
        .annotate(last=Max("updated_at"))
        .order_by("-last")[: most * VERSIONS_EACH]
    )
    last_of = dict(latest)
    persona_of = dict(PersonaVersion.objects.filter(pk__in=last_of).values_list("pk", "persona"))
    return [
        (version_id, persona_id, last)
        for version_id, last in last_of.items()
        if (persona_id := persona_of[version_id]) is not None
    ]


def latest_personas(
    personas: QuerySet[Persona], talked_to: Iterable[str], most: int, *, first_id: str = ""
) -> list[Persona]:
    """Return at most ``most``: ``first_id``, if given, those talked to in this order, then those that changed last."""
    persona_ids = [each for each in dict.fromkeys([first_id, *talked_to]) if each][:most]
    known = personas.in_bulk(persona_ids)
    latest = [known[persona_id] for persona_id in persona_ids if persona_id in known]
    if len(latest) < most:
        others = personas.exclude(pk__in=list(known)).order_by("-updated_at", "id")
        latest += others[: most - len(latest)]
    return latest
