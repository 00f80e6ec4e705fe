"""Personas: the list, with the ones whose deletion can still be undone, and the deletion."""

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from personas.listing import STATE_LABELS, listing_of
from personas.models import Persona
from personas.tidying import UNDO, delete_soon, undoable_personas
from personas.views.access import permitted, persona_or_404
from personas.views.states import DELETE, back_to_list
from playground.engine.platforms.registry import platform_choices

PERSONAS_ON_A_PAGE = 30


@require_GET
def persona_list(request: HttpRequest) -> HttpResponse:
    user = permitted(request, "personas.view_persona")
    listing = listing_of(request.GET.dict())
    paginator = Paginator(listing.personas(), PERSONAS_ON_A_PAGE)
    context = {
        "page": paginator.get_page(request.GET.get("page", "1")),
        "listing": listing,
        "platforms": platform_choices(),
        "state_choices": STATE_LABELS.items(),
        "undoable": _undoable() if user.has_perm(DELETE) else [],
        "undo_s": UNDO.seconds,
    }
    return render(request, "personas/persona_list.html", context)


@require_http_methods(["GET", "POST"])
def persona_delete(request: HttpRequest, persona_id: str) -> HttpResponse:
    """Hide the persona at once; the list offers to undo it for UNDO."""
    persona = persona_or_404(request, persona_id, DELETE)
    if request.method == "POST":
        delete_soon(persona, timezone.now())
        return back_to_list(request)
    counts = persona.versions.aggregate(
        versions=Count("pk", distinct=True), conversations=Count("conversations", distinct=True)
    )
    context = {"persona": persona, "undo_s": UNDO.seconds} | counts
    return render(request, "personas/persona_delete.html", context)


def _undoable() -> QuerySet[Persona]:
    return undoable_personas(timezone.now()).only("persona_name", "deleted_at", "is_trial")
