"""Finds the conversations that go on with an older version of a persona that has been saved since."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.db.models import F

from personas.models import PersonaVersion
from personas.versions import version_changes
from playground.models import Conversation

_ONLY = {
    "filler": "Only its filler config differs.",
    "rehearsal.tool_mocks": "Only its tool mocks differ.",
}
"""What is said of a version that differs from the one in use in one thing alone, by its path in the document."""


@dataclass(frozen=True, slots=True)
class NewerVersion:
    """The number of the persona's newest version, and of the one that the conversation goes on with."""

    newest: int
    used: int
    difference: str = field(default="", compare=False)
    """A sentence that says what differs; empty if it takes more than that."""


def newer_versions(conversation_ids: Iterable[str]) -> dict[str, NewerVersion]:
    """Return the newer version by conversation, of those that are active and whose persona has one."""
    behind = Conversation.objects.filter(
        pk__in=list(conversation_ids),
        status=Conversation.Status.ACTIVE,
        persona_version__persona__version__gt=F("persona_version__number"),
    )
    rows = behind.order_by().values_list("pk", "persona_version__persona__version", "persona_version__number")
    return {pk: NewerVersion(newest or 0, used) for pk, newest, used in rows}


def with_difference(conversation_id: str, newer: NewerVersion) -> NewerVersion:
    """Return the newer version of a conversation with its difference, for which both documents are read."""
    versions = PersonaVersion.objects.filter(
        persona__versions__conversations=conversation_id, number__in=[newer.used, newer.newest]
    )
    return replace(newer, difference=_difference(list(versions.order_by("number"))))


def _difference(versions: list[PersonaVersion]) -> str:
    if len(versions) != 2:
        return ""
    paths = {change.path for change in version_changes(*versions)}
    for path, sentence in _ONLY.items():
        if paths and all(f"{each}.".startswith(f"{path}.") for each in paths):
            return sentence
    return ""
