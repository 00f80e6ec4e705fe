"""``manage.py rotate_secret_keys``: re-encrypt every encrypted value with the first of ENCRYPTION_KEYS."""

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from personas.secrets import Rotation, encrypted_rows, rotate


class Command(BaseCommand):
    help = (
        "Encrypt every token secret and callback key anew with the first of ENCRYPTION_KEYS. It goes row by row: it "
        "can be stopped and run again at any time. Afterwards the older keys may go."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print how many values were re-encrypted and how many were current; fail if some can't be decrypted."""
        outcomes: Counter[Rotation] = Counter()
        unreadable: list[str] = []
        for secret in encrypted_rows():
            outcome = rotate(secret)
            outcomes[outcome] += 1
            if outcome is Rotation.UNREADABLE:
                unreadable.append(str(secret))
        self.stdout.write(
            f"{outcomes[Rotation.DONE]} encrypted anew, "
            f"{outcomes[Rotation.CURRENT]} already with the first key, "
            f"{outcomes[Rotation.MISSING]} without a value."
        )
        if unreadable:
            raise CommandError(
                f"{len(unreadable)} cannot be decrypted with any of the keys: {', '.join(unreadable)}. "
                "Keep the older keys until these are entered again."
            )
