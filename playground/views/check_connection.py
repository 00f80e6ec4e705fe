"""Check connection: tests an LLM's server with one tiny request from the persona form's unsaved values."""

from asgiref.sync import sync_to_async
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST
from django_htmx.middleware import HtmxDetails

from personas.forms.persona import PersonaForm
from personas.models import Persona
from playground.access import START, permitted
from playground.connection_check import PreparedCheck, observe, prepare
from playground.engine.connection_check import CheckNote, Grade, check_notes

CHECKS = 10
PER_S = 60
"""The period of the limit on a user's checks, in s: enough for setting up, too few to scan a network."""

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
_TOO_MANY = f"At most {CHECKS} checks a minute: wait a moment, then try again."


@require_POST
@sensitive_variables()
async def check_connection(request: HttpRequest) -> HttpResponse:
    """Show the notes of a check, for htmx as a fragment. ``persona``: the stored persona's id, empty for a new one."""
    prepared = await sync_to_async(_prepared)(request)
    if isinstance(prepared, list):
        return await _answer(request, prepared)
    return await _answer(request, check_notes(await observe(prepared)))


async def _answer(request: HttpRequest, notes: list[CheckNote]) -> HttpResponse:
    template = "playground/_findings.html" if HtmxDetails(request) else "playground/connection_check.html"
    return await sync_to_async(render)(request, template, {"notes": notes})


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
        return [
            CheckNote(Grade.BAD, "Not sent", f"{form[name].label}: {sentence}")
            for name in wrong
            for sentence in form.errors[name]
        ]
    if not _may_check(user.pk):
        return [CheckNote(Grade.WARNING, "Not sent", _TOO_MANY)]
    return prepare(typed)


def _may_check(user_id: int) -> bool:
    """Count a check of the user; return False if there were too many."""
    key = f"connection-checks-{user_id}"
    cache.add(key, 0, timeout=PER_S)
    try:
        return cache.incr(key) <= CHECKS
    except ValueError:
        return True
