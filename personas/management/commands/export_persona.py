"""``manage.py export_persona ID --format FORMAT``: print a persona's document."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from personas.documents import document_of
from personas.exporting import export, export_formats
from personas.formats.conversion import Fate
from personas.models import Persona


class Command(BaseCommand):
    help = (
        "Print a persona as Tavus' JSON or as a JAICP script (its own platform's where no format is given), as curl or "
        "as Python; secrets by name. What the format has no place for is said on the standard error."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", metavar="ID")
        parser.add_argument("--format", choices=[known.name for known in export_formats()])

    def handle(self, *args: Any, **options: Any) -> None:
        persona = Persona.objects.filter(pk=options["id"]).first()
        if persona is None:
            raise CommandError(f"There is no persona {options['id']}.")
        exported = export(document_of(persona), options["format"] or persona.platform)
        self.stdout.write(exported.text, ending="")
        for note in exported.conversion_notes:
            if note.fate is not Fate.MAPPED:
                self.stderr.write(f"{note.fate.label}: {note.message}")
