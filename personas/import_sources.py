"""What a person gives to an import, pasted or as a file, and what becomes of it: all is stored, or nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.views.decorators.debug import sensitive_variables

from personas.archives.layout import ArchiveRefusedError
from personas.archives.members import files_of_archive, is_archive
from personas.archives.reading import Archive, read_archive
from personas.archives.storing import ArchiveImport, store_archive
from personas.formats import ConversationDraft, Draft, FormatError
from personas.formats.files import text_of
from personas.formats.rules import printable
from personas.importing import ImportRefusedError, PersonaImport, import_draft
from personas.models import Persona
from personas.reading import read_conversation, read_documents
from personas.row_limits import TooManyRowsError

NAME_CHARS = 400
"""How much of a file's name stands in a sentence."""


class SourceRefusedError(ValueError):
    """Nothing was stored. ``reasons`` are sentences for a person, each with the file that it is about."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class ImportSource:
    """One text or file, read: personas of platforms' documents, an archive, or a conversation's options."""

    name: str
    """The file's name; empty for a pasted text."""
    drafts: tuple[Draft, ...] = ()
    archive: Archive | None = None
    conversation: ConversationDraft | None = None


@dataclass(frozen=True, slots=True)
class SourceImport:
    """What became of one source. ``line`` says it in one sentence, ``notes`` what to know beside that."""

    line: str
    notes: tuple[str, ...] = ()
    personas: tuple[Persona, ...] = ()
    imported: tuple[PersonaImport, ...] = ()
    """The personas of platforms' documents, with what their import says."""


@sensitive_variables()
def read_source(name: str, data: bytes, *, site_url: str) -> ImportSource:
    """Read a file. Raises SourceRefusedError, whose reasons begin with the file's name."""
    try:
        if is_archive(data):
            return ImportSource(name, archive=read_archive(files_of_archive(data)))
        return read_text(name, text_of(data), site_url=site_url)
    except FormatError as error:
        raise SourceRefusedError(f"{printable(name, NAME_CHARS)}: {error}") from None
    except ArchiveRefusedError as refused:
        raise SourceRefusedError(
            *(f"{printable(name, NAME_CHARS)}: {reason}" for reason in refused.reasons)
        ) from None


@sensitive_variables()
def read_text(name: str, text: str, *, site_url: str) -> ImportSource:
    """Read a platform's document or a conversation. Raises FormatError."""
    conversation = read_conversation(text)
    if conversation is not None:
        return ImportSource(name, conversation=conversation)
    return ImportSource(name, drafts=read_documents(text, site_url=site_url))


def store_sources(sources: Iterable[ImportSource], *, by: User) -> list[SourceImport]:
    """Store all personas of the sources; return what became of each source. Raises SourceRefusedError."""
    try:
        with transaction.atomic():
            return [_stored(source, by) for source in sources]
    except IntegrityError:  # another import has just taken an id or a name
        raise SourceRefusedError(
            "Something of this was stored by another import at the same moment. Import it again."
        ) from None


def preview_sources(sources: Iterable[ImportSource], *, by: User) -> list[SourceImport]:
    """Return what `store_sources` would, and store nothing. Raises SourceRefusedError."""
    with transaction.atomic():
        imported = [_stored(source, by) for source in sources]
        transaction.set_rollback(True)
    return imported


def _stored(source: ImportSource, by: User) -> SourceImport:
    label = f"{printable(source.name, NAME_CHARS)}: " if source.name else ""
    try:
        if source.archive is not None:
            return _archive_import(label, store_archive(source.archive, by=by))
        if source.conversation is not None:
            line = f"{label}A conversation: its options are filled in on the Playground page."
            return SourceImport(line, source.conversation.notes)
        return _drafts_import(label, [import_draft(draft, by=by) for draft in source.drafts])
    except (ImportRefusedError, TooManyRowsError) as error:
        raise SourceRefusedError(f"{label}{error.message}") from None
    except ArchiveRefusedError as refused:
        raise SourceRefusedError(*(f"{label}{reason}" for reason in refused.reasons)) from None


def _archive_import(label: str, stored: ArchiveImport) -> SourceImport:
    count = len(stored.personas)
    line = (
        f"{label}{count} persona{'' if count == 1 else 's'} of an archive stored, {stored.left_out} left out."
    )
    return SourceImport(line, stored.notes, stored.personas)


def _drafts_import(label: str, imported: list[PersonaImport]) -> SourceImport:
    names = ", ".join(each.persona.persona_name for each in imported)
    line = f"{label}{names} {'is' if len(imported) == 1 else 'are'} stored."
    notes = tuple(note for each in imported for note in each.notes)
    return SourceImport(line, notes, tuple(each.persona for each in imported), tuple(imported))
