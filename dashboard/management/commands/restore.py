"""`manage.py restore`: puts a backup into the data folder, and keys beside it."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import Tags
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from dashboard.backups import postgres
from dashboard.backups.errors import BackupError, system_reason
from dashboard.backups.keys_file import Keys, place_keys, read_keys
from dashboard.backups.making import DATA
from dashboard.backups.restoring import bring_up_to_date, exchange, fitting_manifest, is_in_use, unpacked
from dashboard.data_lock import DataInUseError, alone

KEYS = "keys"
"""The folder of the keys, until it is put into its place."""


class Command(BaseCommand):
    help = (
        "Puts what manage.py backup wrote into the data folder of a server that is stopped. It is checked and migrated "
        "first; until all of it is in order nothing changes."
    )

    requires_system_checks = [Tags.security]  # all others would load every page first

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the archive")
        parser.add_argument("--keys", type=Path, metavar="FILE", help="also put back the keys of this file")
        parser.add_argument(
            "--replace",
            action="store_true",
            help="exchange a data folder that is in use; the old one is kept",
        )

    def handle(self, *args: Any, file: Path, keys: Path | None, replace: bool, **options: Any) -> None:
        try:
            new_keys = None if keys is None else read_keys(keys)
            with alone(settings.GREENROOM_DATA):
                if is_in_use(settings.DATA_DIR) and not replace:
                    raise BackupError(
                        f"{settings.DATA_DIR} is not empty: --replace exchanges it and keeps the old one beside."
                    )
                self._restore(file, new_keys)
        except (BackupError, DataInUseError) as error:
            raise CommandError(f"Nothing was restored. {error}") from None
        except DatabaseError as error:
            raise CommandError(
                f"Nothing was restored. The database of the backup can't be read ({type(error).__name__})."
            ) from None
        except OSError as error:
            raise CommandError(f"Nothing was restored. {system_reason(error)}.") from None
        self.stdout.write("manage.py verify checks all of it.")

    def _restore(self, file: Path, new_keys: Keys | None) -> None:
        manifest = fitting_manifest(file)
        self._say(f"Unpacking the backup of {manifest.made_at}")
        with unpacked(file, manifest) as folder:
            bring_up_to_date(folder / DATA, _encryption_keys(new_keys), self._say)
            if new_keys is not None:
                place_keys(folder / KEYS, new_keys)
            self._put_into_place(settings.DATA_DIR, folder / DATA)
            if new_keys is not None:
                self._put_back_keys(folder / KEYS)
        if connection.vendor != "sqlite":
            self._say(
                "The database is PostgreSQL, and not in the backup. Restore it into an empty one, and migrate it:\n\n  "
                f"{postgres.restore_command(connection.settings_dict, f'{file}.dump')}\n  manage.py migrate\n\n"
                f"{postgres.PASSWORD}"
            )

    def _put_back_keys(self, new: Path) -> None:
        try:
            self._put_into_place(settings.KEYS_DIR, new)
        except OSError as error:
            raise CommandError(
                f"The data is restored, and the keys are not: {system_reason(error)}."
            ) from None
        if not _reads_keys_folder():
            self._say("This server takes its keys from the environment, which wins over that folder.")

    def _put_into_place(self, folder: Path, new: Path) -> None:
        kept = exchange(folder, new)
        self._say(f"{folder} is restored." + (f" What was there is kept in {kept}." if kept else ""))

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)


def _reads_keys_folder() -> bool:
    """Whether this server's encryption keys come from the data folder."""
    file = os.environ.get("ENCRYPTION_KEYS_FILE", "")
    if file:
        return Path(file).absolute().is_relative_to(settings.KEYS_DIR)
    return not os.environ.get("ENCRYPTION_KEYS")


def _encryption_keys(new: Keys | None) -> tuple[str, ...]:
    """Return the encryption keys that this server will have."""
    return (
        new.encryption_keys if new is not None and _reads_keys_folder() else tuple(settings.ENCRYPTION_KEYS)
    )
