"""``manage.py import_persona FILE…``: store the documents in files as personas; print their ids, one a line."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from personas.formats import Draft, FormatError, read_documents
from personas.formats.files import MAX_BYTES, text_of
from personas.importing import ImportRefusedError, PersonaImport, import_draft
from personas.row_limits import TooManyRowsError


class Command(BaseCommand):
    help = (
        "Import Tavus personas (JSON) and JAICP replies or scripts from files; - is the standard input. "
        "All of them are stored, or none. The ids of the new personas are printed, one a line."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument(
            "--user",
            help="who imports them, by username; keys need the right to add secrets. Default: an admin.",
        )

    def handle(self, *args: Any, files: list[str], user: str | None, **options: Any) -> None:
        by = _user(user)
        drafts = [(name, draft) for name in files for draft in _drafts(name)]
        with transaction.atomic():
            imported = [_stored(name, draft, by) for name, draft in drafts]
        for persona_import in imported:
            self.stdout.write(persona_import.persona.pk)
            for note in (*persona_import.notes, *(problem.message for problem in persona_import.problems)):
                self.stderr.write(f"{persona_import.persona.persona_name}: {note}")


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


def _drafts(name: str) -> tuple[Draft, ...]:
    try:
        data = _bytes(name)
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}.") from None
    try:
        return read_documents(text_of(data), site_url=settings.SITE_URL)
    except FormatError as error:
        raise CommandError(f"{name}: {error}") from None


def _bytes(name: str) -> bytes:
    """Read at most one byte more than is allowed."""
    if name == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with Path(name).open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _stored(name: str, draft: Draft, by: User) -> PersonaImport:
    try:
        return import_draft(draft, by=by)
    except (ImportRefusedError, TooManyRowsError) as error:
        raise CommandError(f"{name}: {error.message}") from None
