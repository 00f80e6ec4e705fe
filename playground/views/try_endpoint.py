"""Try my endpoint: creates a persona for it and starts the conversation."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from personas.error_reports import takes_secrets
from playground.access import START, permitted
from playground.storage.start_conversation import ConversationOptions, start_conversation
from playground.views.forms import EndpointForm
from playground.views.start_page import ADD_PERSONA, render_start_page


@takes_secrets("key")
@require_POST
def try_endpoint(request: HttpRequest) -> HttpResponse:
    """Create the persona and start; what can't start is said at its field, and nothing is stored."""
    user = permitted(request, START, ADD_PERSONA)
    form = EndpointForm(request.POST, user=user)
    made = form.make_persona() if form.is_valid() else None
    if made is None:
        return render_start_page(request, endpoint=form)
    for note in made.notes:
        messages.info(request, note)
    conversation = start_conversation(made.persona, ConversationOptions(), owner=user)
    return redirect("playground:conversation", conversation.pk)
