"""``/v2/personas``: Tavus' five calls."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables
from ninja import Query, Router, Status

from personas.api.access import permitted
from personas.api.documents import persona_json, saved_json
from personas.api.pages import page_of
from personas.api.schemas import (
    BODY_REFUSALS,
    PATCH,
    REFUSALS,
    STORYTELLER,
    MessageOut,
    OperationIn,
    PersonaDataOut,
    PersonaIn,
    PersonaListOut,
    PersonaQuery,
    PersonaSavedOut,
    body_of,
)
from personas.api.stored import DELETE, VIEW, listed_personas, save_patch, store_sent, stored_persona

router = Router(tags=["personas"])


@router.post(
    "/personas",
    response={200: PersonaSavedOut} | BODY_REFUSALS,
    summary="Create a persona",
    openapi_extra=body_of(PersonaIn, example=STORYTELLER),
)
@sensitive_variables()
def create_persona(request: HttpRequest) -> Any:
    """The example of Tavus' page is taken as it stands there, with its comments, trailing commas and placeholders."""
    return saved_json(store_sent(request))


@router.get(
    "/personas", response={200: PersonaListOut} | REFUSALS, exclude_unset=True, summary="List personas"
)
def list_personas(request: HttpRequest, query: Query[PersonaQuery]) -> Any:
    """The newest first, without archived ones; ``total_count`` counts all that the filter finds."""
    permitted(request, VIEW)
    return page_of(listed_personas(query.persona_type), Q(), query, persona_json)


@router.get(
    "/personas/{persona_id}",
    response={200: PersonaDataOut} | REFUSALS,
    exclude_unset=True,
    summary="Get a persona",
)
def get_persona(request: HttpRequest, persona_id: str) -> Any:
    """What a JSON Patch is written against; every key that was sent comes out, secrets by name."""
    permitted(request, VIEW)
    return {"data": [persona_json(stored_persona(persona_id))]}


@router.patch(
    "/personas/{persona_id}",
    response={200: PersonaSavedOut, 304: None} | BODY_REFUSALS | {409: MessageOut, 422: MessageOut},
    summary="Change a persona",
    openapi_extra=body_of(OperationIn, is_list=True, example=PATCH),
)
@sensitive_variables()
def patch_persona(request: HttpRequest, persona_id: str) -> Any:
    """JSON Patch (RFC 6902), all of it or nothing; 304 without a body where it changes nothing."""
    saved = save_patch(request, persona_id)
    return Status(304, None) if saved is None else saved_json(saved)


@router.delete("/personas/{persona_id}", response={204: None} | REFUSALS, summary="Delete a persona")
def delete_persona(request: HttpRequest, persona_id: str) -> Any:
    """Its versions stay, and the conversations that ran on them stay readable."""
    permitted(request, DELETE)
    stored_persona(persona_id).delete()
    return Status(204, None)
