"""Personas: the list and the deletion."""

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from personas.models import Persona
from personas.views.access import permitted, persona_or_404

PERSONAS_ON_A_PAGE = 30
MAX_SEARCH_CHARS = 200


@require_GET
def persona_list(request: HttpRequest) -> HttpResponse:
    permitted(request, "personas.view_persona")
    search = request.GET.get("q", "").replace("\x00", "").strip()[:MAX_SEARCH_CHARS]
    context = {"page": _page(search, request.GET.get("page", "1")), "search": search}
    return render(request, "personas/persona_list.html", context)


def _page(search: str, number: str) -> Page[Persona]:
    """Return the personas that match the words, last changed first."""
    personas = Persona.objects.select_related("token_secret", "filler_config").order_by("-updated_at", "id")
    for word in search.split():
        personas = personas.filter(
            Q(persona_name__icontains=word)
            | Q(model__icontains=word)
            | Q(address__icontains=word)
            | Q(system_prompt__icontains=word)
            | Q(id=word)
        )
    return Paginator(personas, PERSONAS_ON_A_PAGE).get_page(number)


@require_http_methods(["GET", "POST"])
def persona_delete(request: HttpRequest, persona_id: str) -> HttpResponse:
    persona = persona_or_404(request, persona_id, "personas.delete_persona")
    if request.method == "POST":
        name = persona.persona_name
        persona.delete()
        messages.success(request, f"{name} is deleted.")
        return redirect("personas:list")
    counts = persona.versions.aggregate(
        versions=Count("pk", distinct=True), conversations=Count("conversations", distinct=True)
    )
    return render(request, "personas/persona_delete.html", {"persona": persona} | counts)
