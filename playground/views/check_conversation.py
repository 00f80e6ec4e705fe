"""Check connection in a conversation: tests the LLM's server as the conversation's own turns call it."""

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from playground.access import START, own_conversation_or_404
from playground.connection_check import PreparedCheck, prepare_settings
from playground.engine.connection_check import CheckNote
from playground.storage.frozen_personas import persona_of
from playground.views.checks import findings_of, too_many


@require_POST
@sensitive_variables()
async def check_conversation(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Show the notes of a check with the persona's version of this conversation, for htmx as a fragment."""
    return await findings_of(request, await sync_to_async(_prepared)(request, conversation_id))


@sensitive_variables()
def _prepared(request: HttpRequest, conversation_id: str) -> PreparedCheck | list[CheckNote]:
    """Return the request to send, or a note on why nothing is sent. Raises PermissionDenied, Http404."""
    conversation = own_conversation_or_404(request, conversation_id, START)
    refused = too_many(conversation.owner_id)
    return refused or prepare_settings(persona_of(conversation), is_stand_in=conversation.stand_in)
