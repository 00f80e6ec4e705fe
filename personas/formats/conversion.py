"""Converts a persona's document to another platform, with notes on what is mapped, changed and lost.

The source makes a neutral document, which the target adopts. All writers use this module, so that an export, a
converted persona and the notes on either can't disagree.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from personas.formats.conversion_notes import ConversionNote, Fate, become, listed, lost, mapped
from personas.formats.platform_format import OWN, Conversion, Document, PartNames, PlatformFormat
from personas.formats.registry import format_named, formats
from playground.engine.json_types import Json
from playground.engine.persona import Provider
from playground.engine.request import Surroundings

__all__ = ["ConversionNote", "Fate", "conversion_notes", "converted", "written"]

DEFAULT_SURROUNDINGS = Surroundings(user_agent="")
_OF_THE_ENDPOINT = frozenset({"address", "headers", "tools"})
"""The fields on which the target has no note if the source's provider supplied them."""
_EMPTY_PARTS: Json = {"default_replica_id": "", "tts": None, "vqa": None, "other_layers": {}}
_PART_SENTENCES: dict[str, Callable[[Any], str]] = {
    "default_replica_id": lambda _: "default_replica_id",
    "tts": lambda _: "The tts layer (engine, voice and their key)",
    "vqa": lambda _: "The vqa layer",
    "other_layers": lambda layers: f"Other layers ({listed(layers)})",
    "other_keys": lambda keys: f"Other keys ({listed(keys)})",
}
_FIELDS = {"tts": "tts_engine", "vqa": "vision"}
_OF_THE_SOURCE = ("other_layers", "other_keys")
"""What a format keeps of its own documents without understanding it: no other platform can take it."""


def converted(document: Document, target: str, *, surroundings: Surroundings = DEFAULT_SURROUNDINGS) -> Json:
    """Return the document with ``target`` as its platform and only what that platform's format can hold.

    Rehearsal settings are Greenroom's own and stay.
    """
    target_format = format_named(target)
    return _own(_brought(document, target_format, surroundings), target_format)


def written(
    document: Document, target: str, *, site_url: str = "", surroundings: Surroundings = DEFAULT_SURROUNDINGS
) -> str:
    """Return the document as a file of ``target``'s format, secrets by name."""
    own = converted(document, target, surroundings=surroundings)
    return format_named(target).write(own, site_url=site_url)


def conversion_notes(document: Document, target: str) -> tuple[ConversionNote, ...]:
    """Return notes on what `converted` does to each part of the document."""
    target_format = format_named(target)
    adopted = _brought(document, target_format, DEFAULT_SURROUNDINGS)
    missing = [part for part in _EMPTY_PARTS if part not in target_format.parts]
    others = (*_crossing(document, adopted, target_format), *_lost_parts(adopted, missing))
    named = [(note.field, note) for note in others]
    named += [(OWN, note) for note in target_format.own_notes(adopted)]
    places = {field: place for place, field in enumerate(target_format.listing)}
    named.sort(key=lambda placed: places.get(placed[0], len(places)))
    return tuple(note for _, note in named)


def _source(document: Document) -> PlatformFormat:
    return format_named(document["llm"]["platform"])


def _brought(document: Document, target: PlatformFormat, surroundings: Surroundings) -> Document:
    """Return the document as adopted by the target; one of the target's own stays unchanged."""
    source = _source(document)
    if source is target:
        return document
    return target.adopted(_neutral(document, source, surroundings))


def _neutral(document: Document, source: PlatformFormat, surroundings: Surroundings) -> Json:
    return source.neutral(document, surroundings) | {name: {} for name in _OF_THE_SOURCE}


def _own(document: Document, target: PlatformFormat) -> Json:
    own = target.own(document)
    own |= {name: own.get(name) or {} for name in _OF_THE_SOURCE}
    return own | {part: empty for part, empty in _EMPTY_PARTS.items() if part not in target.parts}


def _crossing(document: Document, adopted: Document, target: PlatformFormat) -> Iterator[ConversionNote]:
    """Yield notes on what changes between the platforms, in the words of both."""
    source = _source(document)
    if source is target:
        return
    conversion = Conversion(
        source, target, document, _neutral(document, source, DEFAULT_SURROUNDINGS), adopted
    )
    yield from source.leaving(conversion)
    yield from _renamed(document["llm"], source.words, target.words)
    calls_its_address = source.platform.calls_its_address(_endpoint(document))
    for note in target.adopting(conversion):
        if calls_its_address or note.field not in _OF_THE_ENDPOINT:
            yield note
    yield from _lost(document, _OF_THE_SOURCE, [source])


def _renamed(llm: Document, old: PartNames, new: PartNames) -> Iterator[ConversionNote]:
    """Yield a note on the token secret and the parameters if the platforms name them differently."""
    if (secret := llm.get("token_secret")) and old.secret != new.secret:
        yield mapped("token_secret", f"{old.secret.format(secret)} becomes {new.secret.format(secret)}.")
    if llm.get("parameters") and old.parameters != new.parameters:
        yield mapped("parameters", f"{become(old.parameters)} {new.parameters}.")


def _lost_parts(document: Document, parts: list[str]) -> Iterator[ConversionNote]:
    for part in parts:
        yield from _lost(document, [part], [known for known in formats() if part in known.parts])


def _lost(
    document: Document, parts: Sequence[str], owners: Sequence[PlatformFormat]
) -> Iterator[ConversionNote]:
    """Yield a note for each of these parts that the document has and loses."""
    only = " and ".join(_possessive(owner.platform.label) for owner in owners)
    for part in parts:
        value = document.get(part)
        if value is None or (not value and part not in {"tts", "vqa"}):
            continue
        yield lost(
            _FIELDS.get(part, part), f"{_PART_SENTENCES[part](value)}: only {only} documents have them."
        )


def _possessive(label: str) -> str:
    return f"{label}'" if label.endswith("s") else f"{label}'s"


@dataclass(frozen=True, slots=True)
class _Endpoint:
    address: str
    provider: str


def _endpoint(document: Document) -> _Endpoint:
    llm = document["llm"]
    return _Endpoint(llm.get("address") or "", llm.get("provider") or Provider.CUSTOM_LLM)
