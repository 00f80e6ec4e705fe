"""Notes on what becomes of the parts of a persona's document on another platform."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Fate(StrEnum):
    """The fate of a part of the document."""

    MAPPED = "mapped"
    CHANGED = "changed"
    LOST = "lost"

    @property
    def label(self) -> str:
        return self.value.capitalize()


@dataclass(frozen=True, slots=True)
class ConversionNote:
    """A note: one sentence for a person on a part of the document. ``field`` is the persona form's."""

    fate: Fate
    field: str
    message: str


def mapped(field: str, message: str) -> ConversionNote:
    return ConversionNote(Fate.MAPPED, field, message)


def changed(field: str, message: str) -> ConversionNote:
    return ConversionNote(Fate.CHANGED, field, message)


def lost(field: str, message: str) -> ConversionNote:
    return ConversionNote(Fate.LOST, field, message)


def become(name: str) -> str:
    """Return the name with its verb: parameters become, extra_body becomes."""
    return f"{name} become" if name.endswith("s") else f"{name} becomes"


def listed(names: Collection[str]) -> str:
    """Return the first eight of the names."""
    shown = list(names)[:8]
    return ", ".join(shown) + (" …" if len(names) > len(shown) else "")
