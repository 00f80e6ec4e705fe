"""The persona versions that a conversation used, one after the other, and which of them a turn had."""

from django.db.models import BigIntegerField, F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from personas.models import PersonaVersion
from personas.models.persona_version import version_name
from playground.engine.json_types import Json
from playground.models import Conversation, Turn, UsedVersion


def go_on_with(conversation: Conversation, version: PersonaVersion) -> None:
    """Have a conversation, whose row is locked, use the version from its next turn on."""
    used = UsedVersion.objects.filter(conversation=conversation)
    if not used.exists():
        used.create(conversation=conversation, persona_version=conversation.persona_version, position=0)
    used.update_or_create(
        conversation=conversation,
        position=Turn.next_position(conversation.pk),
        defaults={"persona_version": version},
    )
    conversation.persona_version = version
    conversation.save(update_fields=["persona_version"])


def version_of(turn: Turn) -> PersonaVersion:
    """Return the version that a turn used."""
    used = UsedVersion.objects.filter(conversation=turn.conversation_id, position__lte=turn.position)
    newest = used.select_related("persona_version").order_by("-position").first()
    return turn.conversation.persona_version if newest is None else newest.persona_version


def version_id_of_turns() -> Coalesce:
    """Return an expression for a query of turns: the key of the version that each used."""
    used = UsedVersion.objects.filter(
        conversation=OuterRef("conversation"), position__lte=OuterRef("position")
    ).order_by("-position")
    own = Subquery(used.values("persona_version")[:1])
    return Coalesce(own, F("conversation__persona_version"), output_field=BigIntegerField())


def used_versions(conversation_id: str) -> list[Json]:
    """Return ``[{version, name, position}]``: from which turn on each was used; empty if there was one alone."""
    used = UsedVersion.objects.filter(conversation_id=conversation_id)
    columns = ("persona_version__number", "persona_version__note", "position")
    return [
        {"version": number, "name": version_name(number, note), "position": position}
        for number, note, position in used.values_list(*columns)
    ]
