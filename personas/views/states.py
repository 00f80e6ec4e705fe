"""What becomes of a persona apart from its settings: it is kept, archived, brought back, or not deleted after all."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from personas.listing import listing_of
from personas.models import Persona
from personas.tidying import archive, bring_back, keep, undo_delete
from personas.views.access import permitted, persona_or_404

CHANGE = "personas.change_persona"
DELETE = "personas.delete_persona"
TOO_LATE = "It is too late to undo the deletion: the persona is gone. Its versions and conversations are still there."
MAX_QUERY_CHARS = 2_000


@require_POST
def persona_keep(request: HttpRequest, persona_id: str) -> HttpResponse:
    """Make a trial an ordinary persona."""
    persona = persona_or_404(request, persona_id, CHANGE)
    keep(persona)
    messages.success(request, f"{persona.persona_name} is kept: it is no trial any more.")
    return _back(request, persona)


@require_POST
def persona_archive(request: HttpRequest, persona_id: str) -> HttpResponse:
    """Hide the persona from lists and start forms."""
    persona = persona_or_404(request, persona_id, CHANGE)
    archive(persona, timezone.now())
    messages.success(request, f"{persona.persona_name} is archived: the list shows it under Archived.")
    return _back(request, persona)


@require_POST
def persona_bring_back(request: HttpRequest, persona_id: str) -> HttpResponse:
    """Show an archived persona in lists and start forms again."""
    persona = persona_or_404(request, persona_id, CHANGE)
    bring_back(persona)
    messages.success(request, f"{persona.persona_name} is back in the lists.")
    return _back(request, persona)


@require_POST
def persona_undo_delete(request: HttpRequest, persona_id: str) -> HttpResponse:
    permitted(request, DELETE)
    if undo_delete(persona_id, timezone.now()):
        persona = Persona.objects.get(pk=persona_id)
        messages.success(request, f"{persona.persona_name} is back.")
    else:
        messages.error(request, TOO_LATE)
    return back_to_list(request)


def back_to_list(request: HttpRequest) -> HttpResponse:
    """Redirect to the list as it was shown: ``listing`` is the query of its address."""
    query = listing_of(QueryDict(request.POST.get("listing", "")[:MAX_QUERY_CHARS]).dict()).query
    return redirect(reverse("personas:list") + (f"?{query}" if query else ""))


def _back(request: HttpRequest, persona: Persona) -> HttpResponse:
    """Redirect to where the button was pressed: in the list, or on the persona's page."""
    if "listing" in request.POST:
        return back_to_list(request)
    return redirect("personas:edit", persona.pk)
