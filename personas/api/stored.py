"""What both names of the API, ``/v2/personas`` and ``/v2/pals``, do with stored personas."""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from personas.api.access import may_be_id, permitted
from personas.api.bodies import body_text
from personas.api.documents import persona_json, read_patch, read_persona
from personas.api.errors import ApiError, bad_request, invalid_id
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


def listed_personas(persona_type: str | None) -> QuerySet[Persona]:
    """Return the personas of a list, the newest first: none for Tavus' own."""
    rows = stored_personas().filter(archived_at=None).order_by("-created_at", "pk")
    return rows.none() if persona_type == "system" else rows


def stored_personas() -> QuerySet[Persona]:
    """Return the personas with everything that their JSON needs: one query for any number of them."""
    return Persona.objects.filter(version__gt=0).select_related("filler_config", *SECRET_FIELDS)


def stored_persona(persona_id: str, *, id_name: str = "persona_id", for_update: bool = False) -> Persona:
    """Return the persona. Raises ApiError (400) for an unknown id."""
    rows = stored_personas()
    if for_update:
        rows = rows.select_for_update(of=("self",))
    persona = rows.filter(pk=persona_id).first() if may_be_id(persona_id) else None
    if persona is None:
        raise invalid_id(id_name)
    return persona


@sensitive_variables()
def store_sent(request: HttpRequest) -> PersonaImport:
    """Store the persona of a request's body. Raises ApiError."""
    user = permitted(request, ADD)
    draft = read_persona(body_text(request))
    try:
        return import_draft(draft, by=user, note="Created by API")
    except ImportRefusedError as refusal:
        raise _refused(refusal, may_add_secrets=user.has_perm(ADD_SECRET)) from None


@sensitive_variables()
def save_patch(request: HttpRequest, persona_id: str, *, id_name: str = "persona_id") -> PersonaImport | None:
    """Save what a JSON Patch, with Tavus' names of today or the first ones, makes of the persona; None for no change.

    Raises ApiError.
    """
    user = permitted(request, CHANGE)
    text = body_text(request)
    for _ in range(PATCH_ATTEMPTS):
        persona = stored_persona(persona_id, id_name=id_name)
        before = persona_json(persona)
        draft = read_patch(text, before, persona.platform)
        if draft is None:
            return None
        saved = _save_unless_changed(persona_id, before, draft, user)
        if saved is not None:
            return saved
    raise ApiError(409, "The persona kept being changed by others meanwhile. Try again.")


@sensitive_variables()
def _save_unless_changed(persona_id: str, before: Json, draft: Draft, user: User) -> PersonaImport | None:
    """Store the draft as the persona's next version, or return None if the persona no longer equals ``before``."""
    with transaction.atomic():
        persona = stored_persona(persona_id, for_update=True)
        if persona_json(persona) != before:
            return None
        try:
            return import_into(persona, draft, by=user, note="Changed by API")
        except ImportRefusedError as refusal:
            raise _refused(refusal, may_add_secrets=user.has_perm(ADD_SECRET)) from None


def _refused(refusal: ImportRefusedError, *, may_add_secrets: bool) -> ApiError:
    return bad_request(refusal.message) if may_add_secrets else ApiError(403, refusal.message)
