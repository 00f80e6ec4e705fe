"""Check connection: tests an LLM's server with one tiny request from the persona form's unsaved values."""

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from personas.forms.persona import PersonaForm
from personas.models import Persona
from playground.access import START, permitted
from playground.connection_check import PreparedCheck, prepare
from playground.engine.connection_check import CheckNote
from playground.views.checks import findings_of, not_sent, too_many

_FIELDS = (
    "persona_name",
    "platform",
    "provider",
    "address",
    "model",
    "token_secret",
    "headers",
    "parameters",
)


@require_POST
@sensitive_variables()
async def check_connection(request: HttpRequest) -> HttpResponse:
    """Show the notes of a check, for htmx as a fragment. ``persona``: the stored persona's id, empty for a new one."""
    return await findings_of(request, await sync_to_async(_prepared)(request))


@sensitive_variables()
def _prepared(request: HttpRequest) -> PreparedCheck | list[CheckNote]:
    """Return the request to send, or notes on why nothing is sent. Raises PermissionDenied, Http404."""
    persona_id = request.POST.get("persona", "")
    user = permitted(request, START, "personas.change_persona" if persona_id else "personas.add_persona")
    persona = get_object_or_404(Persona, pk=persona_id) if persona_id else Persona()
    form = PersonaForm(request.POST, instance=persona)
    typed = form.as_typed()
    wrong = [name for name in _FIELDS if name in form.errors and name != "persona_name"]
    if wrong:
        return [not_sent(form[name].label, sentence) for name in wrong for sentence in form.errors[name]]
    return too_many(user.pk) or prepare(typed)
