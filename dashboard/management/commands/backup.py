"""`manage.py backup`: copies the data into one archive while the server runs, and the keys into another file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.checks import Tags
from django.core.management.base import BaseCommand, CommandError

from dashboard.backups.errors import BackupError, system_reason
from dashboard.backups.keys_file import APART, keys_in_use, write_keys
from dashboard.backups.making import make_backup, refuse_place


class Command(BaseCommand):
    help = (
        "Copies the database and what lies beside it in data/ into FILE, a tar.gz, while the server runs. "
        "The keys go into a file of their own, if one is named, because a backup with its keys protects nothing."
    )

    requires_system_checks = [Tags.security]  # all others would load every page first

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the archive to write, which must not exist")
        parser.add_argument("--keys", type=Path, metavar="FILE", help="also write the keys, into this file")

    def handle(self, *args: Any, file: Path, keys: Path | None, **options: Any) -> None:
        try:
            if keys is not None:
                refuse_place(keys.absolute())
            make_backup(file, self._say)
            if keys is not None:
                write_keys(keys, keys_in_use())
                self._say(f"The keys are in {keys.absolute()}. {APART}")
            else:
                self._say("The keys are not in the backup: --keys FILE writes them to a file of their own.")
        except BackupError as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"The backup was not finished: {system_reason(error)}.") from None

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
