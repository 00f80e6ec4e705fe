"""A copy of a persona, on its own platform or another one."""

from django.contrib.auth.models import User
from django.db import transaction

from personas.documents import apply_document, document_of
from personas.formats.conversion import converted
from personas.models import Persona, PersonaVersion
from personas.saving import save_persona
from personas.surroundings import surroundings

MAX_NAME_CHARS = 200


def proposed_copy_name(persona: Persona) -> str:
    suffix = " (copy)"
    return persona.persona_name[: MAX_NAME_CHARS - len(suffix)] + suffix


@transaction.atomic
def duplicate_persona(persona: Persona, *, name: str, platform: str, by: User) -> PersonaVersion:
    """Store a copy under this name, converted if the platform differs.

    It refers to the same token secrets; their allowed hosts don't change.
    """
    document = document_of(persona)
    if platform != persona.platform:
        document = converted(document, platform, surroundings=surroundings())
    copy = Persona()
    apply_document(copy, document | {"persona_name": name})
    return save_persona(copy, by=by, note=f"Copy of {persona.pk}, version {persona.version}")
