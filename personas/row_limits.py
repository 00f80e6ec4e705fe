"""Limits the number of rows that users may create, each with a sentence on what to do."""

from typing import Any

from django.conf import settings
from django.db.models import Model, QuerySet

from personas.models import Persona


class TooManyRowsError(Exception):
    """Nothing was stored. ``message`` is for a person."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def refuse_another_persona() -> None:
    """Raise TooManyRowsError if the site has its maximum number of personas."""
    most: int = settings.PERSONAS_PER_SITE
    if has_as_many(Persona.objects.order_by("pk"), most):
        raise TooManyRowsError(
            f"There are {most:,} personas, as many as this site keeps. Delete one that nobody needs, or ask whoever "
            "runs the server to raise PERSONAS_PER_SITE."
        )


def refuse_version_beyond(number: int, persona_name: str) -> None:
    """Raise TooManyRowsError if the version's number exceeds the maximum of a persona."""
    most: int = settings.VERSIONS_PER_PERSONA
    if number > most:
        raise TooManyRowsError(
            f"{persona_name} has {most:,} versions, as many as a persona may have. Duplicate it and go on with the "
            "copy, or ask whoever runs the server to raise VERSIONS_PER_PERSONA."
        )


def has_as_many(rows: QuerySet[Any, Model], most: int) -> bool:
    """Whether there are at least ``most`` rows. The query's order should be that of an index."""
    return rows[most - 1 : most].exists()
