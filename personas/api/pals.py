"""``/v2/pals``: the calls of ``/v2/personas`` under the names that Tavus gives them today."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables
from ninja import Query, Router, Status

from personas.api.access import permitted
from personas.api.documents import persona_json, saved_json
from personas.api.pages import page_of
from personas.api.pal_schemas import (
    LIFE_COACH,
    PAL_PATCH,
    PalDataOut,
    PalIn,
    PalListOut,
    PalQuery,
    PalSavedOut,
)
from personas.api.schemas import BODY_REFUSALS, REFUSALS, MessageOut, OperationIn, body_of
from personas.api.stored import DELETE, VIEW, listed_personas, save_patch, store_sent, stored_persona
from personas.formats.tavus import PAL_ID, TODAYS_NAMES
from personas.importing import PersonaImport
from personas.models import Persona
from playground.engine.json_types import Json

NO_FACE = "Tavus wants a default_face_id of a PAL; Greenroom takes it without one."
_TODAYS_NAME = {first: todays for todays, first in TODAYS_NAMES.items()}

router = Router(tags=["pals"])


@router.post(
    "/pals",
    response={200: PalSavedOut} | BODY_REFUSALS,
    summary="Create a PAL",
    openapi_extra=body_of(PalIn, example=LIFE_COACH),
)
@sensitive_variables()
def create_pal(request: HttpRequest) -> Any:
    """A PAL is what /v2/personas calls a persona: either name finds it. The older names of keys are taken in too."""
    return _saved_json(store_sent(request))


@router.get("/pals", response={200: PalListOut} | REFUSALS, exclude_unset=True, summary="List PALs")
def list_pals(request: HttpRequest, query: Query[PalQuery]) -> Any:
    """The newest first, without archived ones; ``total_count`` counts all that the filter finds."""
    permitted(request, VIEW)
    return page_of(listed_personas(query.pal_type), Q(), query, pal_json)


@router.get("/pals/{pal_id}", response={200: PalDataOut} | REFUSALS, exclude_unset=True, summary="Get a PAL")
def get_pal(request: HttpRequest, pal_id: str) -> Any:
    """What a JSON Patch is written against; every key that was sent comes out, secrets by name."""
    permitted(request, VIEW)
    return {"data": [pal_json(stored_persona(pal_id, id_name=PAL_ID))]}


@router.patch(
    "/pals/{pal_id}",
    response={200: PalSavedOut, 304: None} | BODY_REFUSALS | {409: MessageOut, 422: MessageOut},
    summary="Change a PAL",
    openapi_extra=body_of(OperationIn, is_list=True, example=PAL_PATCH),
)
@sensitive_variables()
def patch_pal(request: HttpRequest, pal_id: str) -> Any:
    """JSON Patch (RFC 6902), all of it or nothing; 304 without a body where it changes nothing."""
    saved = save_patch(request, pal_id, id_name=PAL_ID)
    return Status(304, None) if saved is None else _saved_json(saved)


@router.delete("/pals/{pal_id}", response={204: None} | REFUSALS, summary="Delete a PAL")
def delete_pal(request: HttpRequest, pal_id: str) -> Any:
    """Its versions stay, and the conversations that ran on them stay readable."""
    permitted(request, DELETE)
    stored_persona(pal_id, id_name=PAL_ID).delete()
    return Status(204, None)


def pal_json(persona: Persona) -> Json:
    """Return the whole persona under Tavus' names of today."""
    return _renamed(persona_json(persona))


def _saved_json(saved: PersonaImport) -> Json:
    shown = _renamed(saved_json(saved))
    if not saved.persona.default_replica_id:
        shown["greenroom"]["notices"].append(NO_FACE)
    return shown


def _renamed(shown: Json) -> Json:
    return {_TODAYS_NAME.get(key, key): value for key, value in shown.items()}
