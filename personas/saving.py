"""Saves configuration: a persona's row and its next immutable version in one transaction.

A version contains its filler config in full and its secrets by name, so a change of either creates a new version of
each persona that uses it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max

from personas.documents import document_of
from personas.models import FillerConfig, Persona, PersonaVersion, TokenSecret
from personas.row_limits import refuse_another_persona, refuse_version_beyond
from personas.secret_usage import users_of


@dataclass(frozen=True, slots=True)
class Saved:
    """The version that a persona has after a save."""

    version: PersonaVersion
    is_new: bool
    """False where nothing had changed: then it is the newest one there was."""


@transaction.atomic
def save_changes(persona: Persona, *, by: User | None, note: str = "") -> Saved:
    """Save the persona as `save_persona` does, unless it is as its newest version and no note is given."""
    if note:
        return Saved(save_persona(persona, by=by, note=note), is_new=True)
    return save_if_changed(persona, by=by)


@transaction.atomic
def save_if_changed(persona: Persona, *, by: User | None, note: str = "") -> Saved:
    """Save the persona as `save_persona` does, unless it is as its newest version.

    ``note`` is Greenroom's own, not the user's.
    """
    if persona.version and not _has_changed(persona):
        return Saved(persona.versions.latest("number"), is_new=False)
    return Saved(save_persona(persona, by=by, note=note), is_new=True)


@transaction.atomic
def save_persona(persona: Persona, *, by: User | None, note: str = "") -> PersonaVersion:
    """Save the persona and return its new version, whose number is one more than the highest it ever had.

    Concurrent saves get different numbers: writing the row locks it until the version is stored. Raises
    TooManyRowsError at the maximum number of personas, or of this persona's versions.
    """
    if persona._state.adding:
        refuse_another_persona()
    persona.missing_secrets = {
        field: name for field, name in persona.missing_secrets.items() if getattr(persona, field) is None
    }
    persona.save()
    versions = PersonaVersion.objects.filter(persona_ref=persona.pk)
    newest: int = versions.aggregate(newest=Max("number"))["newest"] or 0
    refuse_version_beyond(newest + 1, persona.persona_name)
    persona.version = newest + 1
    persona.save(update_fields=["version"])
    return PersonaVersion.objects.create(
        persona=persona,
        persona_ref=persona.pk,
        number=persona.version,
        document=document_of(persona),
        note=note,
        created_by=by,
    )


@transaction.atomic
def save_filler_config(config: FillerConfig, *, by: User | None) -> list[PersonaVersion]:
    """Save the filler config, and a new version of each persona that changes with it."""
    config.save()
    return _follow(config.personas.all(), by, f"Filler config changed: {config.name}")


@transaction.atomic
def save_secret(secret: TokenSecret, *, by: User | None) -> list[PersonaVersion]:
    """Save the secret and, if its name changed, a new version of each persona that uses it."""
    secret.save()
    fill_in(secret)
    return _follow(users_of(secret), by, f"Token secret renamed: {secret.name}")


def fill_in(secret: TokenSecret) -> None:
    """Make the personas that name the secret as missing refer to it."""
    for persona in Persona.objects.exclude(missing_secrets={}):
        fields = [
            field for field, name in persona.missing_secrets.items() if name.lower() == secret.name.lower()
        ]
        for field in fields:
            setattr(persona, field, secret)
            del persona.missing_secrets[field]
        if fields:
            persona.save(update_fields=[*fields, "missing_secrets"])


def _follow(personas: Iterable[Persona], by: User | None, note: str) -> list[PersonaVersion]:
    """Create a new version of each persona whose document differs from its newest version."""
    return [save_persona(persona, by=by, note=note[:200]) for persona in personas if _has_changed(persona)]


def _has_changed(persona: Persona) -> bool:
    newest = persona.versions.order_by("-number").first()
    return newest is None or newest.document != document_of(persona)
