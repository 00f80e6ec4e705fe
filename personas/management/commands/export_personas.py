"""``manage.py export_personas FILE``: write all personas into one archive, for import_persona elsewhere."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from personas.archives.writing import archive_bytes
from personas.models import Persona, TokenSecret


class Command(BaseCommand):
    help = (
        "Write all personas, filler configs, tool mocks and the names of token secrets (never their values) into a zip "
        "archive; - is the standard output. The same personas give the same bytes. A file that is there is not "
        "overwritten."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE")

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        data = archive_bytes(TokenSecret.objects.all())
        if file == "-":
            sys.stdout.buffer.write(data)
            return
        try:
            with Path(file).open("xb") as archive:
                archive.write(data)
        except FileExistsError:
            raise CommandError(f"{file} is there already: name another file.") from None
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}.") from None
        self.stderr.write(f"{Persona.objects.count():,} personas are in {file}.")
