"""Save a persona from its editor and talk to the new version at once."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from personas.error_reports import takes_secrets
from personas.models import Persona
from personas.readiness import readiness_problems
from personas.saving import Saved
from personas.views.editor import TYPED, editor_response, warn_of_saves_between
from playground.access import START, permitted
from playground.storage.start_conversation import ConversationOptions, start_conversation
from playground.views.start_page import VIEW_PERSONA


@takes_secrets(*TYPED)
@require_POST
def save_and_talk(request: HttpRequest) -> HttpResponse:
    """Save the persona ``persona``, or a new one, as its editor does, which shows again what it refuses."""
    permitted(request, START, VIEW_PERSONA)
    return editor_response(request, request.POST.get("persona", ""), _open_conversation)


def _open_conversation(request: HttpRequest, saved: Saved, _face: str) -> HttpResponse:
    """Open a conversation, or the start page, which says why its own LLM can't be called."""
    warn_of_saves_between(request, saved)
    persona = Persona.objects.get(pk=saved.version.persona_ref)
    if readiness_problems(persona):
        return redirect(f"{reverse('playground:start')}?persona={persona.pk}")
    conversation = start_conversation(persona, ConversationOptions(), owner=permitted(request, START))
    return redirect("playground:conversation", conversation.pk)
