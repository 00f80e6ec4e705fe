"""A persona's document as text: each platform's own, ``curl``, Python; secrets by name only."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from personas.formats.conversion import ConversionNote, Fate, conversion_notes, written
from personas.formats.platform_format import PlatformFormat
from personas.formats.python_client import to_python
from personas.formats.registry import formats
from personas.persona_fields import REHEARSAL_FIELDS
from personas.surroundings import surroundings
from playground.engine.curl import as_curl
from playground.engine.header_secrets import HeaderSecrets, header_secrets_of
from playground.engine.next_request import next_request
from playground.engine.persona_document import read_persona
from playground.engine.platforms.platform import Platform
from playground.engine.platforms.registry import platform_named
from playground.engine.request import LLMRequest

SAMPLE_QUESTION = "Hello! Who are you?"
SAMPLE_CONVERSATION_ID = "c123456"


Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """A format. ``name`` is used in URLs and commands; for a platform's own document it is the platform's."""

    name: str
    label: str
    ending: str
    content_type: str
    write: Callable[[Document], str]
    is_document: bool = False
    """Whether it is a platform's document rather than a program that sends its request."""


@dataclass(frozen=True, slots=True)
class Export:
    """The text, its file name and content type, and notes on what of the persona is mapped, changed or lost in it."""

    format: ExportFormat
    text: str
    filename: str
    content_type: str
    conversion_notes: tuple[ConversionNote, ...]


def export_formats() -> tuple[ExportFormat, ...]:
    """Return the formats in the order in which pages offer them."""
    return (*map(_of_platform, formats()), _CURL, _PYTHON)


def export_format_named(name: str) -> ExportFormat:
    """Return the format. Raises ValueError if there is none of this name."""
    for known in export_formats():
        if known.name == name:
            return known
    raise ValueError(f"{name!r} is no format.")


def export(document: Document, name: str) -> Export:
    """Return the persona in the format of this name. ``document`` is as `playground.engine.persona_document` documents.

    ``curl`` and Python are the request of a first turn, as the persona's own platform would send it. Raises ValueError
    for an unknown format.
    """
    export_format = export_format_named(name)
    reported = (*conversion_notes(document, name), *_kept_here(document)) if export_format.is_document else ()
    filename = _slug(document["persona_name"]) + export_format.ending
    return Export(
        export_format, export_format.write(document), filename, export_format.content_type, reported
    )


def sample_request(document: Document, platform: Platform) -> LLMRequest:
    """Return the request of a first turn as ``platform`` would send it, names in place of secrets."""
    llm = document["llm"]
    if not llm.get("address"):
        llm = llm | {"address": f"<{platform_named(llm['platform']).address_name}>"}
    persona = read_persona("", {**document, "llm": llm})
    made = next_request(
        persona,
        platform=platform,
        conversation_id=SAMPLE_CONVERSATION_ID,
        surroundings=surroundings(),
        user_text=SAMPLE_QUESTION,
    )
    return made.request


def _of_platform(known: PlatformFormat) -> ExportFormat:
    name, file = known.platform.name, known.file

    def write(document: Document) -> str:
        return written(document, name, site_url=settings.SITE_URL, surroundings=surroundings())

    return ExportFormat(name, file.label, file.ending, file.content_type, write, is_document=True)


def _own_request(document: Document) -> LLMRequest:
    return sample_request(document, platform_named(document["llm"]["platform"]))


def _header_secrets(document: Document) -> HeaderSecrets:
    llm = read_persona("", document).llm
    return header_secrets_of(llm, platform_named(llm.platform))


def _as_curl(document: Document) -> str:
    header_secrets = _header_secrets(document)
    return as_curl(_own_request(document), site_url=settings.SITE_URL, header_secrets=header_secrets) + "\n"


def _as_python(document: Document) -> str:
    return to_python(
        _own_request(document),
        secret=read_persona("", document).llm.token_secret,
        header_secrets=_header_secrets(document),
        site_url=settings.SITE_URL,
    )


_CURL = ExportFormat("curl", "curl", ".sh", "text/plain", _as_curl)
_PYTHON = ExportFormat("python", "Python", ".py", "text/plain", _as_python)


def _kept_here(document: Document) -> list[ConversionNote]:
    """Return notes on the settings that are Greenroom's own and in no platform's document."""
    names = [field.name for field in REHEARSAL_FIELDS if field.value_in(document) != field.default]
    if not names:
        return []
    message = f"Rehearsal settings stay in Greenroom, no platform has them: {', '.join(names)}."
    return [ConversionNote(Fate.LOST, names[0], message)]


def _slug(name: str) -> str:
    """Return a file name of plain letters for any persona name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60].strip("-") or "persona"
