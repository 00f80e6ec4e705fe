"""How many rows people may make: beyond a setting's number nothing is created, and a sentence says what to do."""

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
    """Raises TooManyRowsError where there are as many personas as the site keeps."""
    most: int = settings.PERSONAS_PER_SITE
    if has_as_many(Persona.objects.order_by("pk"), most):
        raise TooManyRowsError(
            f"There are {most:,} personas, as many as this site keeps. Delete one that nobody needs, or ask whoever "
            "runs the server to raise PERSONAS_PER_SITE."
        )


def refuse_version_beyond(number: int, persona_name: str) -> None:
    """Raises TooManyRowsError for the number of a version that a persona may not have."""
    most: int = settings.VERSIONS_PER_PERSONA
    if number > most:
        raise TooManyRowsError(
            f"{persona_name} has {most:,} versions, as many as a persona may have. Duplicate it and go on with the "
            "copy, or ask whoever runs the server to raise VERSIONS_PER_PERSONA."
        )


def has_as_many(rows: QuerySet[Any, Model], most: int) -> bool:
    """Whether there are ``most`` of the rows at least. The order of the query should be that of an index."""
    return rows[most - 1 : most].exists()
