"""Finds the conversations that go on with an older version of a persona that has been saved since."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F

from playground.models import Conversation


@dataclass(frozen=True, slots=True)
class NewerVersion:
    """The number of the persona's newest version, and of the one that the conversation goes on with."""

    newest: int
    used: int


def newer_versions(conversation_ids: Iterable[str]) -> dict[str, NewerVersion]:
    """Return the newer version by conversation, of those that are active and whose persona has one."""
    behind = Conversation.objects.filter(
        pk__in=list(conversation_ids),
        status=Conversation.Status.ACTIVE,
        persona_version__persona__version__gt=F("persona_version__number"),
    )
    rows = behind.order_by().values_list("pk", "persona_version__persona__version", "persona_version__number")
    return {pk: NewerVersion(newest or 0, used) for pk, newest, used in rows}
