"""`manage.py verify`: checks what always holds of the stored data, and names what breaks it."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.core.checks import Tags
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from dashboard.invariants import INVARIANTS, MIGRATED, read_only
from personas.invariants import Invariant

NAMED = 10
"""How many violations of one invariant are printed; the others are counted."""
NOT_VERIFIED = 2
"""The exit code where the data could not be read."""


class Command(BaseCommand):
    help = (
        "Checks what must always hold of the stored data, with a sentence for each check; writes nothing, and may run "
        "beside a server. "
        "Exit codes: 0 all holds, 1 something doesn't, 2 the database couldn't be read."
    )

    requires_system_checks = [Tags.security]  # all others would load every page first

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with read_only():
                broken = list(self._broken())
        except DatabaseError as error:
            raise CommandError(
                f"The database cannot be read ({type(error).__name__}): the checks that follow were not made.",
                returncode=NOT_VERIFIED,
            ) from None
        if broken:
            raise CommandError(f"Broken: {len(broken)} of {len(INVARIANTS) + 1}.")
        self.stdout.write("All of it holds.")

    def _broken(self) -> Iterator[Invariant]:
        if not self._holds(MIGRATED):
            yield MIGRATED
            return
        for invariant in INVARIANTS:
            if not self._holds(invariant):
                yield invariant

    def _holds(self, invariant: Invariant) -> bool:
        violations = invariant.violations()
        named = list(islice(violations, NAMED))
        others = sum(1 for _ in violations)
        self.stdout.write(f"{'BROKEN' if named else 'ok    '} {invariant.sentence}")
        for violation in named:
            self.stdout.write(f"       {violation}")
        if others:
            self.stdout.write(f"       And {others} more.")
        return not named
