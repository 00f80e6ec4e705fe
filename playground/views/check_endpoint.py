"""Check connection of one's own endpoint, with what is typed on the start page; nothing is stored."""

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from personas.error_reports import HidingReporterFilter
from playground.access import START, permitted
from playground.connection_check import PreparedCheck, prepare_with_key
from playground.engine.connection_check import CheckNote
from playground.views.checks import findings_of, not_sent, too_many
from playground.views.forms import EndpointForm
from playground.views.start_page import ADD_PERSONA


@require_POST
@sensitive_post_parameters("key")
@sensitive_variables()
async def check_endpoint(request: HttpRequest) -> HttpResponse:
    """Show the notes of a check, for htmx as a fragment. The typed key goes to the typed address alone."""
    request.exception_reporter_filter = HidingReporterFilter()
    return await findings_of(request, await sync_to_async(_prepared)(request))


@sensitive_variables()
def _prepared(request: HttpRequest) -> PreparedCheck | list[CheckNote]:
    """Return the request to send, or notes on why nothing is sent. Raises PermissionDenied."""
    user = permitted(request, START, ADD_PERSONA)
    form = EndpointForm(request.POST, user=user)
    persona = form.as_typed() if form.is_valid() else None
    if persona is None:
        return [
            not_sent(form[name].label, sentence) for name in form.fields for sentence in form[name].errors
        ]
    return too_many(user.pk) or prepare_with_key(persona, (form.cleaned_data["key"] or "").strip())
