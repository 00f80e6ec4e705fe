"""Makes a persona of an inspected request, as the import of a platform's document does."""

from collections.abc import Iterator
from dataclasses import replace

from django.conf import settings
from django.contrib.auth.models import User

from personas.formats.conversion import written
from personas.formats.from_request import document_from_request
from personas.importing import PersonaImport, import_draft
from personas.reading import read_document
from playground.engine.examined_request import ExaminedRequest
from playground.engine.platforms.platform import Platform
from playground.engine.platforms.registry import platforms
from playground.inspectors.own_headers import own_headers
from playground.models import Inspector


def likeliest_platform(received: ExaminedRequest) -> str:
    """Return the name of the platform whose requests this one departs from the least."""
    return min(platforms(), key=lambda known: _unlikeness(received, known)).name


def _unlikeness(received: ExaminedRequest, platform: Platform) -> tuple[int, int]:
    departures = list(platform.departures(received))
    by_setting = sum(departure.is_by_setting for departure in departures)
    return len(departures) - by_setting, by_setting


def make_persona(
    inspector: Inspector, number: int, received: ExaminedRequest, *, platform: str, by: User
) -> PersonaImport:
    """Store a persona with the request's model, prompt, tools, parameters and own headers.

    It calls where the inspector passes on to, else the inspector itself. Raises FormatError, ImportRefusedError,
    TooManyRowsError.
    """
    base_url = inspector.path
    if inspector.answer == Inspector.Answer.PASS_ON and inspector.forward_url:
        base_url = inspector.forward_url
    name = f"{inspector.name} #{number}"
    headers, left_out = own_headers(received)
    document = document_from_request(
        received.document or {}, platform=platform, base_url=base_url, persona_name=name, headers=headers
    )
    draft = read_document(written(document, platform, site_url=settings.SITE_URL), site_url=settings.SITE_URL)
    # A state's name has not all of it.
    draft = replace(draft, document={**draft.document, "persona_name": name})
    imported = import_draft(draft, by=by, note=f"Made of request {number} of the inspector {inspector.name}")
    return replace(imported, notes=(*imported.notes, *_left_out_note(left_out)))


def _left_out_note(names: list[str]) -> Iterator[str]:
    if names:
        yield f"Left out, because keys stand there or might: {', '.join(names)}. Name a token secret in their place."
