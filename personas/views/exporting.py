"""Pages to export a persona: view and copy, download, or duplicate for any platform."""

from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from personas.documents import document_of
from personas.duplicating import MAX_NAME_CHARS, duplicate_persona, proposed_copy_name
from personas.exporting import Export, export, export_formats
from personas.formats.conversion import ConversionNote, Fate, conversion_notes
from personas.models import Persona
from personas.views.access import permitted, persona_or_404
from playground.engine.platforms.registry import platform_choices

GROUPED = (Fate.LOST, Fate.CHANGED, Fate.MAPPED)
"""The most important first."""


class DuplicateForm(forms.Form):
    """The copy's name and platform."""

    persona_name = forms.CharField(label="Name", max_length=MAX_NAME_CHARS)
    platform = forms.ChoiceField(choices=platform_choices)


@require_GET
def persona_export(request: HttpRequest, persona_id: str) -> HttpResponse:
    """Show the export. ``format``: a platform, curl or python; by default the persona's own platform."""
    persona = persona_or_404(request, persona_id, "personas.view_persona")
    exported = _export(request, persona)
    context = {
        "persona": persona,
        "export": exported,
        "formats": export_formats(),
        "groups": _groups(exported.conversion_notes),
        "is_own": exported.format.name == persona.platform,
    }
    return render(request, "personas/export.html", context)


@require_GET
def persona_download(request: HttpRequest, persona_id: str) -> HttpResponse:
    """Return the export as a file."""
    exported = _export(request, persona_or_404(request, persona_id, "personas.view_persona"))
    headers = {"Content-Disposition": f'attachment; filename="{exported.filename}"'}
    return HttpResponse(
        exported.text, content_type=f"{exported.content_type}; charset=utf-8", headers=headers
    )


@require_http_methods(["GET", "POST"])
def persona_duplicate(request: HttpRequest, persona_id: str) -> HttpResponse:
    """Preview a copy for ``?platform=``; POST stores it."""
    persona = persona_or_404(request, persona_id, "personas.view_persona")
    user = permitted(request, "personas.add_persona")
    form = DuplicateForm(request.POST or None, initial={"persona_name": proposed_copy_name(persona)})
    if form.is_valid():
        version = duplicate_persona(
            persona,
            name=" ".join(form.cleaned_data["persona_name"].split()),
            platform=form.cleaned_data["platform"],
            by=user,
        )
        messages.success(request, f"{version.document['persona_name']} is stored.")
        return redirect("personas:edit", version.persona_ref)
    platform = _platform(request, persona)
    is_converted = platform != persona.platform
    reported = conversion_notes(document_of(persona), platform) if is_converted else ()
    context = {
        "persona": persona,
        "form": form,
        "platform": platform,
        "platforms": platform_choices(),
        "is_converted": is_converted,
        "groups": _groups(reported),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "personas/export_duplicate.html", context, status=status)


def _export(request: HttpRequest, persona: Persona) -> Export:
    try:
        return export(document_of(persona), request.GET.get("format", persona.platform))
    except ValueError:
        raise Http404 from None


def _platform(request: HttpRequest, persona: Persona) -> str:
    name = request.POST.get("platform") or request.GET.get("platform") or persona.platform
    return name if name in dict(platform_choices()) else persona.platform


def _groups(reported: tuple[ConversionNote, ...]) -> list[tuple[str, list[ConversionNote]]]:
    grouped = [(fate.label, [note for note in reported if note.fate is fate]) for fate in GROUPED]
    return [group for group in grouped if group[1]]
