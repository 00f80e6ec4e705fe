"""The personas that a user talked to last: from the conversations' index alone, however many there are."""

from collections.abc import Iterable

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
    version_ids = [
        version_id
        for version_id, _last in Conversation.objects.filter(owner=user)
        .order_by()
        .values_list("persona_version")
        .annotate(last=Max("updated_at"))
        .order_by("-last")[: most * VERSIONS_EACH]
    ]
    persona_of = dict(PersonaVersion.objects.filter(pk__in=version_ids).values_list("pk", "persona"))
    return {
        version_id: persona_id
        for version_id in version_ids
        if (persona_id := persona_of[version_id]) is not None
    }


def latest_personas(
    personas: QuerySet[Persona], talked_to: Iterable[str], most: int, *, first_id: str = ""
) -> list[Persona]:
    """Return at most ``most``: ``first_id``, if given, those talked to in this order, then those that changed last."""
    wanted = [each for each in dict.fromkeys([first_id, *talked_to]) if each][:most]
    known = personas.in_bulk(wanted)
    latest = [known[persona_id] for persona_id in wanted if persona_id in known]
    if len(latest) < most:
        others = personas.exclude(pk__in=list(known)).order_by("-updated_at", "id")
        latest += others[: most - len(latest)]
    return latest
