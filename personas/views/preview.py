"""The part of the persona editor that follows typing: notes, section counts, the composed prompt, the request."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from personas.error_reports import takes_secrets
from personas.forms.persona import PersonaForm
from personas.models import Persona
from personas.views.access import permitted
from personas.views.editor_page import editor_context


@takes_secrets("headers", "parameters", "tools", "other_layers", "other_keys", "unshown")
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Render fragments for the sent form, storing nothing. ``persona``: the stored persona's id."""
    permitted(request, "personas.view_persona")
    persona_id = request.POST.get("persona", "")
    persona = get_object_or_404(Persona, pk=persona_id) if persona_id else Persona()
    form = PersonaForm(request.POST, instance=persona)
    context = editor_context(request, form, has_stored=bool(persona_id))
    return render(request, "personas/editor/_live.html", context | {"is_live": True})
