"""``/v2/personas``: Tavus' five calls."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables
from ninja import Query, Router, Status

from personas.api.access import may_be_id, permitted
from personas.api.bodies import body_text
from personas.api.documents import persona_json, read_patch, read_persona, saved_json
from personas.api.errors import ApiError, invalid_id, wrong
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
from personas.formats import Draft
from personas.importing import ADD_SECRET, ImportRefusedError, PersonaImport, import_draft, import_into
from personas.models import Persona
from personas.secret_usage import SECRET_FIELDS
from playground.engine.json_types import Json

VIEW = "personas.view_persona"
ADD = "personas.add_persona"
CHANGE = "personas.change_persona"
DELETE = "personas.delete_persona"
PATCH_ATTEMPTS = 3
"""The most attempts for a patch while others change the persona: no lock is held while the patch is read."""

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
    user = permitted(request, ADD)
    draft = read_persona(body_text(request))
    try:
        return saved_json(import_draft(draft, by=user, note="Created by API"))
    except ImportRefusedError as refusal:
        raise _refused(refusal, may_add_secrets=user.has_perm(ADD_SECRET)) from None


@router.get(
    "/personas", response={200: PersonaListOut} | REFUSALS, exclude_unset=True, summary="List personas"
)
def list_personas(request: HttpRequest, query: Query[PersonaQuery]) -> Any:
    """The newest first; ``total_count`` counts all that the filter finds."""
    permitted(request, VIEW)
    rows = _personas().order_by("-created_at", "pk")
    if query.persona_type == "system":
        rows = rows.none()
    return page_of(rows, Q(), query, persona_json)


@router.get(
    "/personas/{persona_id}",
    response={200: PersonaDataOut} | REFUSALS,
    exclude_unset=True,
    summary="Get a persona",
)
def get_persona(request: HttpRequest, persona_id: str) -> Any:
    """What a JSON Patch is written against; every key that was sent comes out, secrets by name."""
    permitted(request, VIEW)
    return {"data": [persona_json(_persona(persona_id))]}


@router.patch(
    "/personas/{persona_id}",
    response={200: PersonaSavedOut, 304: None} | BODY_REFUSALS | {409: MessageOut, 422: MessageOut},
    summary="Change a persona",
    openapi_extra=body_of(OperationIn, is_list=True, example=PATCH),
)
@sensitive_variables()
def patch_persona(request: HttpRequest, persona_id: str) -> Any:
    """JSON Patch (RFC 6902), all of it or nothing; 304 without a body where it changes nothing."""
    user = permitted(request, CHANGE)
    text = body_text(request)
    for _ in range(PATCH_ATTEMPTS):
        persona = _persona(persona_id)
        before = persona_json(persona)
        draft = read_patch(text, before, persona.platform)
        if draft is None:
            return Status(304, None)
        saved = _save_unless_changed(persona_id, before, draft, user)
        if saved is not None:
            return saved_json(saved)
    raise ApiError(409, "The persona kept being changed by others meanwhile. Try again.")


@router.delete("/personas/{persona_id}", response={204: None} | REFUSALS, summary="Delete a persona")
def delete_persona(request: HttpRequest, persona_id: str) -> Any:
    """Its versions stay, and the conversations that ran on them stay readable."""
    permitted(request, DELETE)
    _persona(persona_id).delete()
    return Status(204, None)


def _personas() -> QuerySet[Persona]:
    """Return the personas with everything that their JSON needs: one query for any number of them."""
    return Persona.objects.filter(version__gt=0).select_related("filler_config", *SECRET_FIELDS)


def _persona(persona_id: str, *, for_update: bool = False) -> Persona:
    """Return the persona. Raises ApiError (400) for an unknown id."""
    rows = _personas()
    if for_update:
        rows = rows.select_for_update(of=("self",))
    persona = rows.filter(pk=persona_id).first() if may_be_id(persona_id) else None
    if persona is None:
        raise invalid_id("persona_id")
    return persona


@sensitive_variables()
def _save_unless_changed(persona_id: str, before: Json, draft: Draft, user: User) -> PersonaImport | None:
    """Store the draft as the persona's next version, or return None if the persona no longer equals ``before``."""
    with transaction.atomic():
        persona = _persona(persona_id, for_update=True)
        if persona_json(persona) != before:
            return None
        try:
            return import_into(persona, draft, by=user, note="Changed by API")
        except ImportRefusedError as refusal:
            raise _refused(refusal, may_add_secrets=user.has_perm(ADD_SECRET)) from None


def _refused(refusal: ImportRefusedError, *, may_add_secrets: bool) -> ApiError:
    return wrong(refusal.message) if may_add_secrets else ApiError(403, refusal.message)
