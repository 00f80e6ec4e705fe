"""A persona's document as text to take away: Tavus' JSON, JAICP's script, ``curl``, Python; secrets by name alone."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.conf import settings

from personas.formats import jaicp, tavus
from personas.formats.conversion import Difference, Fate, differences
from personas.formats.python_client import to_python
from personas.persona_fields import REHEARSAL_FIELDS
from personas.surroundings import surroundings
from playground.engine.curl import as_curl
from playground.engine.next_request import next_request
from playground.engine.persona_document import read_persona
from playground.engine.platforms.platform import Platform
from playground.engine.platforms.registry import platform_named
from playground.engine.request import LLMRequest

SAMPLE_QUESTION = "Hello! Who are you?"
SAMPLE_CONVERSATION_ID = "c123456"


class ExportFormat(StrEnum):
    TAVUS = "tavus"
    JAICP = "jaicp"
    CURL = "curl"
    PYTHON = "python"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    ExportFormat.TAVUS: "Tavus JSON",
    ExportFormat.JAICP: "JAICP script",
    ExportFormat.CURL: "curl",
    ExportFormat.PYTHON: "Python",
}
_ENDINGS = {
    ExportFormat.TAVUS: ".json",
    ExportFormat.JAICP: ".sc",
    ExportFormat.CURL: ".sh",
    ExportFormat.PYTHON: ".py",
}
_TYPES = {ExportFormat.TAVUS: "application/json"}
_PLATFORMS = {ExportFormat.TAVUS: "tavus", ExportFormat.JAICP: "jaicp"}


@dataclass(frozen=True, slots=True)
class Export:
    """The text, how a file of it is called and typed, and what of the persona is mapped, changed or lost in it."""

    format: ExportFormat
    text: str
    filename: str
    content_type: str
    differences: tuple[Difference, ...]


def export(document: Mapping[str, Any], export_format: ExportFormat) -> Export:
    """The persona in this format. ``document`` has the shape that `playground.engine.persona` documents.

    ``curl`` and Python are the request of a first turn, as the persona's own platform would send it.
    """
    return Export(
        export_format,
        _text(document, export_format),
        _slug(document["persona_name"]) + _ENDINGS[export_format],
        _TYPES.get(export_format, "text/plain"),
        _differences(document, export_format),
    )


def sample_request(document: Mapping[str, Any], platform: Platform) -> LLMRequest:
    """The request of a first turn as ``platform`` would send it, names in place of secrets."""
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


def _text(document: Mapping[str, Any], export_format: ExportFormat) -> str:
    site_url = settings.SITE_URL
    if export_format is ExportFormat.TAVUS:
        found = tavus.to_json(document, site_url=site_url, caila_base_url=settings.CAILA_BASE_URL)
        return json.dumps(found, indent=4, ensure_ascii=False) + "\n"
    if export_format is ExportFormat.JAICP:
        return jaicp.to_script(document, site_url=site_url)
    request = sample_request(document, platform_named(document["llm"]["platform"]))
    llm = read_persona("", document).llm
    if export_format is ExportFormat.PYTHON:
        return to_python(
            request, secret=llm.token_secret, header_secrets=llm.header_secrets, site_url=site_url
        )
    return as_curl(request, site_url=site_url, secret_names=llm.header_secrets) + "\n"


def _differences(document: Mapping[str, Any], export_format: ExportFormat) -> tuple[Difference, ...]:
    platform = _PLATFORMS.get(export_format)
    return (*differences(document, platform), *_kept_here(document)) if platform else ()


def _kept_here(document: Mapping[str, Any]) -> list[Difference]:
    """What is Greenroom's own and part of no platform's document."""
    found = [field.name for field in REHEARSAL_FIELDS if field.value_in(document) != field.default]
    if not found:
        return []
    message = f"Rehearsal settings stay in Greenroom, no platform has them: {', '.join(found)}."
    return [Difference(Fate.LOST, found[0], message)]


def _slug(name: str) -> str:
    """A file name of plain letters for a persona's name, which may hold anything."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60].strip("-") or "persona"
