"""Starting a conversation again, with the persona's newest version."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from personas.readiness import readiness_problems
from playground.access import START, own_conversation_or_404, permitted
from playground.storage.start_again import options_again
from playground.storage.start_conversation import start_conversation
from playground.views.start_page import VIEW_PERSONA

PERSONA_DELETED = "The persona of that conversation was deleted: talk to another one."


@require_POST
def start_again(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Start a conversation with the options of this one; the start page says why its persona can't start."""
    user = permitted(request, START, VIEW_PERSONA)
    before = own_conversation_or_404(request, conversation_id, START)
    persona = before.persona_version.persona
    if persona is None or persona.deleted_at is not None:
        messages.error(request, PERSONA_DELETED)
        return redirect("playground:start")
    if not before.stand_in and readiness_problems(persona):
        messages.error(
            request, f"{persona.persona_name} cannot start on its own LLM any more: its row says why."
        )
        return redirect(f"{reverse('playground:start')}?persona={persona.pk}")
    conversation = start_conversation(persona, options_again(before), owner=user)
    return redirect("playground:conversation", conversation.pk)
