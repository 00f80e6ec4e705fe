"""What always holds of stored token secrets and persona versions, each as a function that yields what breaks it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings

from personas.models import PersonaVersion
from personas.secrets import unreadable_names
from playground.engine.persona_document import read_persona

ROWS_AT_ONCE = 100
"""The number of rows with documents or timelines read at a time."""


@dataclass(frozen=True, slots=True)
class Invariant:
    """A sentence that is true of every sound database.

    ``violations`` yields a sentence for each row that breaks it. It only reads, with a bounded number of rows in
    memory, and compares what one query returned: a server may write meanwhile.
    """

    sentence: str
    violations: Callable[[], Iterator[str]]


def unreadable_secrets() -> Iterator[str]:
    for name in unreadable_names(settings.ENCRYPTION_KEYS):
        yield f"The value of the token secret {name} cannot be decrypted with the keys in use."


def unreadable_versions() -> Iterator[str]:
    for version in PersonaVersion.objects.order_by("pk").iterator(chunk_size=ROWS_AT_ONCE):
        try:
            read_persona(version.persona_ref, version.document)
        except (AttributeError, KeyError, TypeError, ValueError):
            yield f"The document of version {version.number} of persona {version.persona_ref} cannot be read."


INVARIANTS = (
    Invariant("Every token secret that has a value can be decrypted.", unreadable_secrets),
    Invariant("Every persona version can be read.", unreadable_versions),
)
