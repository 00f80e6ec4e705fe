"""Going on in a conversation with the persona's newest version."""

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from personas.readiness import readiness_problems
from playground.access import START, own_conversation_or_404, permitted
from playground.engine.errors.codes import CommandError
from playground.runner import runner
from playground.storage.go_on import go_on_with_newest
from playground.views.start_page import VIEW_PERSONA

PERSONA_DELETED = "The persona of this conversation was deleted: there is no newer version."


@require_POST
async def go_on(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Go on with the newest version; the conversation's page says why it can't."""
    why_not = await sync_to_async(_go_on)(request, conversation_id)
    if why_not:
        await sync_to_async(messages.error)(request, why_not)
    else:
        await runner().show_anew(conversation_id)
    return redirect("playground:conversation", conversation_id)


def _go_on(request: HttpRequest, conversation_id: str) -> str:
    """Return why the conversation can't go on with it; empty once it does."""
    permitted(request, START, VIEW_PERSONA)
    conversation = own_conversation_or_404(request, conversation_id, START)
    persona = conversation.persona_version.persona
    if persona is None or persona.deleted_at is not None:
        return PERSONA_DELETED
    if not conversation.stand_in and readiness_problems(persona):
        return (
            f"Version {persona.version} of {persona.persona_name} cannot answer by its own LLM yet: the persona says "
            "why. This conversation goes on as before."
        )
    try:
        go_on_with_newest(conversation.pk)
    except CommandError as error:
        return error.message
    return ""
