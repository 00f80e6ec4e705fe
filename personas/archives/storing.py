"""Stores an archive: all of it or nothing, beside what is there; nothing that is there is changed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from personas.archives.layout import ArchiveRefusedError
from personas.archives.reading import Archive, ArchivedPersona, ArchivedSecret
from personas.documents import apply_document, document_of, stored_filler_config
from personas.ids import new_persona_id
from personas.importing import ADD_SECRET, make_secret
from personas.models import Persona, PersonaVersion, TokenSecret
from personas.row_limits import TooManyRowsError
from personas.saving import save_persona
from playground.engine.json_types import Json


@dataclass(frozen=True, slots=True)
class ArchiveImport:
    """What became of an archive. ``personas`` are the new ones, ``notes`` say what is otherwise than in the archive."""

    personas: tuple[Persona, ...]
    left_out: int
    """How many personas were there already, word for word."""
    notes: tuple[str, ...]


@transaction.atomic
def store_archive(archive: Archive, *, by: User) -> ArchiveImport:
    """Store the archive's personas, filler configs and names of secrets. Raises ArchiveRefusedError.

    A persona that is there already, word for word, is left out; one that only has the name of another is added beside
    it. A token secret of a known name is that one, with its own hosts; others are made without a value.
    """
    notes = [*_store_secrets(archive.secrets, by)]
    filler_names = {config["name"]: stored_filler_config(config).name for config in archive.filler_configs}
    notes += [
        f"The filler config {old} is stored as {new}: another one has its name."
        for old, new in filler_names.items()
        if old != new
    ]
    documents = _documents_by_name(archive.personas)
    personas = []
    for archived in archive.personas:
        document = _with_filler_name(archived.document, filler_names)
        same_name = documents.get(document["persona_name"], [])
        if document in same_name:
            notes.append(f"{document['persona_name']} is there already, word for word: it is left out.")
            continue
        if same_name:
            notes.append(f"{document['persona_name']} is stored beside another persona of this name.")
        personas.append(_stored_persona(archived, document, by))
    return ArchiveImport(tuple(personas), len(archive.personas) - len(personas), tuple(notes))


def _store_secrets(secrets: Iterable[ArchivedSecret], by: User) -> Iterator[str]:
    """Make those that aren't there, without values, if the user may; yield what became of each."""
    stored = {name.lower() for name in TokenSecret.objects.values_list("name", flat=True)}
    for secret in secrets:
        if secret.name.lower() in stored:
            yield f"The token secret {secret.name} is there already, and stays as it is."
        elif by.has_perm(ADD_SECRET):
            make_secret(secret.name, secret.allowed_hosts)
            stored.add(secret.name.lower())
            yield f"The token secret {secret.name} is made without a value: enter it under Token secrets."
        else:
            yield f"There is no token secret {secret.name}, and you may not add one: personas name it as missing."


def _documents_by_name(archived: Iterable[ArchivedPersona]) -> dict[str, list[Json]]:
    """Return the documents of the stored personas that have a name of the archive's."""
    names = {each.document["persona_name"] for each in archived}
    documents: dict[str, list[Json]] = {}
    for persona in Persona.objects.select_related("filler_config").iterator(chunk_size=200):
        if persona.persona_name in names:
            documents.setdefault(persona.persona_name, []).append(document_of(persona))
    return documents


def _stored_persona(archived: ArchivedPersona, document: Json, by: User) -> Persona:
    persona = Persona(pk=_free_id(archived.persona_id), is_trial=archived.is_trial)
    persona.archived_at = timezone.now() if archived.is_archived else None
    apply_document(persona, document)
    try:
        save_persona(persona, by=by, note=archived.note)
    except TooManyRowsError as error:
        raise ArchiveRefusedError(f"{archived.file}: {error.message}") from None
    return persona


def _with_filler_name(document: Json, filler_names: Mapping[str, str]) -> Json:
    filler: dict[str, Any] | None = document.get("filler")
    if not filler:
        return document
    return document | {"filler": filler | {"name": filler_names.get(filler["name"], filler["name"])}}


def _free_id(persona_id: str) -> str:
    """Return the id, or a new one if a persona has or had it."""
    is_taken = (
        Persona.including_deleted.filter(pk=persona_id).exists()
        or PersonaVersion.objects.filter(persona_ref=persona_id).exists()
    )
    return new_persona_id() if is_taken else persona_id
