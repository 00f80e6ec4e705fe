"""A persona's versions: the list, one version, a comparison of two, restoring one."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from personas.models import Persona, PersonaVersion
from personas.versions import PROMPT_FIELDS, prompt_changes, restore, version_changes
from personas.views.access import permitted, persona_or_404

VIEW_VERSIONS = "personas.view_personaversion"
VERSIONS_ON_A_PAGE = 50
MAX_NUMBER = 2**31 - 1


@require_GET
def version_list(request: HttpRequest, persona_id: str) -> HttpResponse:
    persona = _persona(request, persona_id)
    versions = _versions(persona).select_related("created_by").defer("document")
    page = Paginator(versions, VERSIONS_ON_A_PAGE).get_page(request.GET.get("page", "1"))
    return render(request, "personas/version_list.html", {"persona": persona, "page": page})


@require_GET
def version_compare(request: HttpRequest, persona_id: str) -> HttpResponse:
    """Compare the versions ``older`` and ``newer``, given in any order; one alone with the version before it.

    ``newer`` may be the word "newest".
    """
    persona = _persona(request, persona_id)
    second = persona.version if request.GET.get("newer") == "newest" else _number(request, "newer")
    first, second = sorted([_number(request, "older"), second])
    newer = _version(persona, second)
    older = _version(persona, first) if first < second else _version_before(persona, newer)
    changes = version_changes(older, newer)
    context = {
        "persona": persona,
        "older": older,
        "newer": newer,
        "fields": [change for change in changes if change.path not in PROMPT_FIELDS],
        "prompt": prompt_changes(older, newer) if any(c.path in PROMPT_FIELDS for c in changes) else (),
        "same": not changes,
        "can_restore": older.number != persona.version and (bool(changes) or newer.number != persona.version),
    }
    return render(request, "personas/version_compare.html", context)


@require_POST
def version_restore(request: HttpRequest, persona_id: str, number: int) -> HttpResponse:
    persona = _persona(request, persona_id)
    user = permitted(request, "personas.change_persona")
    saved, notes = restore(_version(persona, number), persona, by=user)
    if saved.is_new:
        messages.success(request, f"Version {number} is back, as version {saved.version.number}.")
    else:
        messages.info(
            request, f"The persona is as version {number} says already: there is nothing to restore."
        )
    for note in notes:
        messages.warning(request, note)
    return redirect("personas:edit", persona.pk)


def _persona(request: HttpRequest, persona_id: str) -> Persona:
    permitted(request, VIEW_VERSIONS)
    return persona_or_404(request, persona_id, "personas.view_persona")


def _versions(persona: Persona) -> QuerySet[PersonaVersion]:
    """Return the versions by ``persona_ref``, with which the unique index begins."""
    return PersonaVersion.objects.filter(persona_ref=persona.pk).order_by("-number")


def _version(persona: Persona, number: int) -> PersonaVersion:
    if not 0 < number <= MAX_NUMBER:
        raise Http404
    return get_object_or_404(_versions(persona).select_related("created_by"), number=number)


def _version_before(persona: Persona, version: PersonaVersion) -> PersonaVersion:
    """Return the version before it; the first one itself."""
    earlier = _versions(persona).select_related("created_by").filter(number__lt=version.number)
    return earlier.first() or version


def _number(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise Http404
    return int(text)
