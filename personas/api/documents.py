"""A persona in the API's shape: Tavus' JSON, secrets by name."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from personas.api.errors import ApiError, bad_request
from personas.api.sent import PLATFORM
from personas.documents import document_of
from personas.formats import Draft, tavus
from personas.formats.advice import with_advice
from personas.formats.conversion import converted
from personas.importing import PersonaImport
from personas.models import Persona
from personas.reading import READ_MS, ReadingTooSlowError, ask_reader, draft_of
from personas.surroundings import surroundings
from playground.engine.json_types import Json

TOO_SLOW = (
    f"Reading this took more than {READ_MS // 1000} seconds, and was given up. Leave out what is not part of the "
    "persona, or try again when less is going on."
)


def timestamp(moment: datetime) -> str:
    """Return the moment as Tavus writes it: ``2025-09-10T00:35:24.310570Z``."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def persona_json(persona: Persona) -> Json:
    """Return the whole persona under Tavus' first names. This app's own addresses are prefixed with the site's."""
    own = converted(document_of(persona), PLATFORM.name, surroundings=surroundings())
    shown = tavus.to_json(own, site_url=settings.SITE_URL)
    times = {"created_at": timestamp(persona.created_at), "updated_at": timestamp(persona.updated_at)}
    return {"persona_id": persona.pk} | shown | times


def saved_json(saved: PersonaImport) -> Json:
    """Return the answer to a change: Tavus' three fields, and Greenroom's own beside them."""
    persona = saved.persona
    problems = [{"code": problem.code, "message": problem.message} for problem in saved.problems]
    return {
        "persona_id": persona.pk,
        "persona_name": persona.persona_name,
        "created_at": timestamp(persona.created_at),
        "updated_at": timestamp(persona.updated_at),
        "greenroom": {
            "version": saved.version.number,
            "notices": list(saved.notes),
            "not_ready": problems,
        },
    }


@sensitive_variables()
def read_persona(text: str) -> Draft:
    """Run `personas.api.sent.read_sent_persona`. Raises ApiError (400), also on a timeout."""
    return with_advice(draft_of(_answer({"kind": "sent persona", "text": text})))


@sensitive_variables()
def read_patch(text: str, before: Json, platform: str) -> Draft | None:
    """Run `personas.api.sent.read_sent_patch`. Raises ApiError (422, 400), also on a timeout."""
    draft = _answer({"kind": "sent patch", "text": text, "before": before, "platform": platform})
    return None if draft is None else with_advice(draft_of(draft))


@sensitive_variables()
def _answer(question: Json) -> Any:
    try:
        answer = ask_reader(question | {"site_url": settings.SITE_URL})
    except ReadingTooSlowError:
        raise bad_request(TOO_SLOW) from None
    if "api_refusal" in answer:
        raise ApiError(*answer["api_refusal"])
    return answer["draft"]
