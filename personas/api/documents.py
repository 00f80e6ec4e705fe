"""A persona as the API takes and gives it: Tavus' JSON, secrets by name."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from personas.api.errors import wrong
from personas.documents import document_of
from personas.formats import Draft, FormatError, tavus
from personas.formats.advice import with_advice
from personas.formats.conversion import converted
from personas.formats.nodes import Node
from personas.formats.tolerant import Source
from personas.importing import Imported
from personas.models import Persona
from personas.surroundings import surroundings
from playground.engine.platforms.tavus import Tavus

Json = dict[str, Any]

PLATFORM = Tavus()
"""Whose documents the API speaks, of whichever platform a persona is."""
PROMPT_MISSING = "system_prompt is missing: Tavus wants it unless pipeline_mode is echo."


def timestamp(moment: datetime) -> str:
    """As Tavus writes one: ``2025-09-10T00:35:24.310570Z``."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def persona_json(persona: Persona) -> Json:
    """The whole persona in Tavus' first words; an address of this app stands behind the site's own."""
    own = converted(document_of(persona), PLATFORM.name, surroundings=surroundings())
    shown = tavus.to_json(own, site_url=settings.SITE_URL)
    times = {"created_at": timestamp(persona.created_at), "updated_at": timestamp(persona.updated_at)}
    return {"persona_id": persona.pk} | shown | times


def saved_json(saved: Imported) -> Json:
    """The answer to a change: Tavus' three fields, and what Greenroom has to say about it."""
    persona = saved.persona
    reasons = [{"code": reason.code, "message": reason.message} for reason in saved.reasons]
    return {
        "persona_id": persona.pk,
        "persona_name": persona.persona_name,
        "created_at": timestamp(persona.created_at),
        "updated_at": timestamp(persona.updated_at),
        "greenroom": {
            "version": saved.version.number,
            "notices": list(saved.notices),
            "not_ready": reasons,
        },
    }


@sensitive_variables()
def read_persona(text: str) -> Draft:
    """A persona as it was sent: JSON, with the comments, trailing commas and ``<placeholders>`` of Tavus' page.

    Raises ApiError (400): the path of the value that is wrong, or the line and column where no JSON stands.
    """
    node: Node | None = None
    try:
        source = Source(text)
        node, end = source.read()
        if source.text[(rest := source.skip(end)) :]:
            source.fail("Something stands after the end of the JSON.", rest)
        _refuse_script(source, node)
        return with_advice(tavus.read(source, node, site_url=settings.SITE_URL))
    except FormatError as error:
        path = node.path_to(error.offset) if node is not None and error.offset is not None else ""
        raise wrong(error.message if path else str(error), path) from None


def _refuse_script(source: Source, node: Node) -> None:
    """A pasted document may hold script and gaps, with a notice each; a request may hold neither."""
    if not isinstance(node.value, dict):
        source.fail("A persona is a JSON object: { … }.", node.offset)
    for path, expression, _ in node.expressions():
        if not expression.is_placeholder:
            raise wrong("This is not JSON (text needs double quotes).", path)
    if source.gaps:
        source.fail("This is not JSON: something was left out here.", source.gaps[0].offset)
    if "system_prompt" not in node.value and not _is_echo(node.value):
        raise wrong(PROMPT_MISSING, "system_prompt")


def _is_echo(members: dict[str, Node]) -> bool:
    mode = members.get("pipeline_mode")
    return mode is not None and mode.value == "echo"
