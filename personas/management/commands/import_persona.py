"""``manage.py import_persona DIR_OR_FILE…``: store documents and archives as personas; print their ids, one a line."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from personas.archives.layout import ARCHIVE_BYTES, ArchiveRefusedError
from personas.archives.members import files_of_folder, is_archive_folder
from personas.archives.reading import read_archive
from personas.import_sources import (
    ImportSource,
    SourceRefusedError,
    preview_sources,
    read_source,
    store_sources,
)

ENDINGS = frozenset({".json", ".js", ".py", ".sc", ".sh", ".txt", ".zip"})
"""The endings of a folder's files that are read."""
MOST_FILES = 1_000
"""How many files of a folder are read."""
CONVERSATION = (
    "This is a conversation, and no persona: paste it in the playground, which fills in its options."
)


class Command(BaseCommand):
    help = (
        "Import Tavus personas (JSON), JAICP replies or scripts, and archives of export_personas, from files or from "
        "the files of folders; - is the standard input. All of them are stored, or none: what is refused is named with "
        "its file. No persona is overwritten: one of an archive that is there already, word for word, is left out. "
        "The ids of the new personas are printed, one a line."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="DIR_OR_FILE")
        parser.add_argument(
            "--user",
            help="who imports them, by username; keys need the right to add secrets. Default: an admin.",
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")

    def handle(self, *args: Any, files: list[str], user: str | None, dry_run: bool, **options: Any) -> None:
        by = _user(user)
        sources = _sources(files)
        try:
            imported = (preview_sources if dry_run else store_sources)(sources, by=by)
        except SourceRefusedError as refused:
            raise CommandError("\n".join(refused.reasons)) from None
        for source in imported:
            self.stderr.write(f"{'Would be: ' if dry_run else ''}{source.line}")
            for note in source.notes:
                self.stderr.write(f"  {note}")
            for each in source.imported:
                for problem in each.problems:
                    self.stderr.write(f"  {each.persona.persona_name}: {problem.message}")
            if not dry_run:
                self.stdout.writelines(f"{persona.pk}\n" for persona in source.personas)


def _user(username: str | None) -> User:
    if username is None:
        admin = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
        if admin is None:
            raise CommandError("There is no admin yet: name a user with --user.")
        return admin
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f"There is no active user {username}.")
    return user


def _sources(names: list[str]) -> list[ImportSource]:
    """Read all. Raises CommandError with every refusal."""
    sources: list[ImportSource] = []
    reasons: list[str] = []
    for name in names:
        try:
            sources += _sources_of(name)
        except SourceRefusedError as refused:
            reasons += refused.reasons
        except OSError as error:
            reasons.append(f"{error.filename or name}: {error.strerror}.")
    reasons += [f"{source.name}: {CONVERSATION}" for source in sources if source.conversation is not None]
    if reasons:
        raise CommandError("\n".join(reasons))
    return sources


def _sources_of(name: str) -> Iterator[ImportSource]:
    """Yield what a file, or each file of a folder, contains. Raises SourceRefusedError, OSError."""
    folder = Path(name)
    if name == "-" or not folder.is_dir():
        yield _source_of_file(name)
        return
    if is_archive_folder(folder):
        try:
            yield ImportSource(name, archive=read_archive(files_of_folder(folder)))
        except ArchiveRefusedError as refused:
            raise SourceRefusedError(*refused.reasons) from None
        return
    reasons: list[str] = []
    for path in _files_of(folder):
        try:
            yield _source_of_file(str(path))
        except SourceRefusedError as refused:
            reasons += refused.reasons
    if reasons:
        raise SourceRefusedError(*reasons)


def _files_of(folder: Path) -> list[Path]:
    """Return the folder's own files that may be documents, by name."""
    files = sorted(path for path in folder.iterdir() if path.suffix in ENDINGS and path.is_file())
    if not files:
        raise SourceRefusedError(
            f"{folder}: No file here ends in {', '.join(sorted(ENDINGS))}: nothing to import."
        )
    if len(files) > MOST_FILES:
        raise SourceRefusedError(f"{folder}: At most {MOST_FILES:,} files of a folder are read.")
    return files


def _source_of_file(name: str) -> ImportSource:
    return read_source(name, _bytes(name), site_url=settings.SITE_URL)


def _bytes(name: str) -> bytes:
    """Read at most one byte more than is allowed."""
    if name == "-":
        return sys.stdin.buffer.read(ARCHIVE_BYTES + 1)
    with Path(name).open("rb") as file:
        return file.read(ARCHIVE_BYTES + 1)
