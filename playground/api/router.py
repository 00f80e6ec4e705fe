"""``/v2/conversations``: Tavus' calls, and Greenroom's one for a turn without a socket."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from asgiref.sync import sync_to_async
from django.db.models import Q
from django.http import HttpRequest, StreamingHttpResponse
from ninja import Query, Router, Status

from personas.api.access import may_be_id, permitted
from personas.api.errors import INVALID_TOKEN, ApiError, invalid_id
from personas.api.pages import page_of
from personas.api.schemas import BODY_REFUSALS, REFUSALS, MessageOut
from playground.access import END, READ, START
from playground.api.documents import conversation_json, verbose_json
from playground.api.key_request import KeyRequest
from playground.api.schemas import (
    ConversationIn,
    ConversationListOut,
    ConversationMadeOut,
    ConversationOut,
    ConversationQuery,
    RespondIn,
)
from playground.api.starting import start
from playground.api.turn_stream import turn_events
from playground.engine.errors.codes import Code, CommandError
from playground.models import Conversation
from playground.realtime.presented_key import presented_key
from playground.realtime.rights import Credential, Refusal, authorise
from playground.runner import runner
from playground.storage.purge import purge_conversation
from playground.storage.right_at_effect import right_at_effect

VIEW_PERSONA = "personas.view_persona"
DELETE = "playground.delete_conversation"

_STREAM: dict[str, Any] = {
    "responses": {
        200: {
            "description": "The turn's events, each as `event`, `id` (its seq) and `data` (the socket's envelope), "
            "up to `playground.turn.completed`, `.interrupted` or `.failed`.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        }
    }
}

LOST = "This key no longer has the right to talk in this conversation: ask an admin for it."

router = Router(tags=["conversations"])


@router.post(
    "/conversations",
    response={200: ConversationMadeOut} | BODY_REFUSALS,
    summary="Start a conversation",
)
def create_conversation(request: HttpRequest, body: ConversationIn) -> Any:
    """It belongs to the key's user, for whom `conversation_url` opens in the browser, ready to talk."""
    permitted(request, VIEW_PERSONA)
    return start(body, owner=permitted(request, START))


@router.get(
    "/conversations",
    response={200: ConversationListOut} | REFUSALS,
    exclude_unset=True,
    summary="List one's conversations",
)
def list_conversations(request: HttpRequest, query: Query[ConversationQuery]) -> Any:
    """The newest first; ``total_count`` counts all that the filter finds."""
    user = permitted(request, READ)
    rows = _conversations().order_by("-created_at", "pk")
    own = Q(owner=user, purge_at=None)
    chosen = own if query.status is None else own & Q(status=query.status)
    return page_of(rows, chosen, query, conversation_json)


@router.get(
    "/conversations/{conversation_id}",
    response={200: ConversationOut} | REFUSALS,
    exclude_unset=True,
    summary="Get a conversation",
)
def get_conversation(request: HttpRequest, conversation_id: str, verbose: bool = False) -> Any:
    """With `verbose=true` also what happened in it."""
    conversation = _own_conversation(request, conversation_id, READ)
    return verbose_json(conversation) if verbose else conversation_json(conversation)


@router.post(
    "/conversations/{conversation_id}/end",
    response={200: ConversationOut} | REFUSALS,
    exclude_unset=True,
    summary="End a conversation",
)
async def end_conversation(request: HttpRequest, conversation_id: str) -> Any:
    """An open turn stops at once. Ending an ended conversation changes nothing."""
    conversation = await sync_to_async(_own_conversation)(request, conversation_id, END)
    await runner().end(conversation.pk)
    await conversation.arefresh_from_db(from_queryset=_conversations())
    return conversation_json(conversation)


@router.delete(
    "/conversations/{conversation_id}", response={204: None} | REFUSALS, summary="Delete a conversation"
)
async def delete_conversation(request: KeyRequest, conversation_id: str, hard: bool = False) -> Any:
    """Its turns go with it. Greenroom keeps nothing of a deleted conversation, whether `hard` is given or not."""
    conversation = await sync_to_async(_own_conversation)(request, conversation_id, DELETE)
    await runner().end(conversation.pk)
    await sync_to_async(_own_conversation_again)(request, conversation_id, DELETE)
    await sync_to_async(purge_conversation)(conversation.pk)
    return Status(204, None)


@router.post(
    "/greenroom/conversations/{conversation_id}/respond",
    response={200: None} | BODY_REFUSALS | {409: MessageOut},
    summary="Say something, and hear the answer as server-sent events",
    openapi_extra=_STREAM,
    tags=["greenroom"],
)
async def respond(request: KeyRequest, conversation_id: str, body: RespondIn) -> Any:
    """The same events as the socket's, until the turn closes; leaving early doesn't stop the turn.

    While another turn is open, or as many as may be at once (of the user, of the key, on the server), it is 409.
    """
    conversation = await sync_to_async(_own_conversation)(request, conversation_id, START)
    presented_key.set(request.auth.api_key.prefix)
    right_at_effect.set(partial(_confirm_right, request.credential, conversation.pk))
    events = turn_events(runner(), conversation, body.text.strip(), body.client_msg_id)
    first = await anext(events)
    response = StreamingHttpResponse(_from(first, events), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


async def _from(first: bytes, events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for event in events:
        yield event


def _conversations() -> Any:
    return Conversation.objects.select_related("persona_version")


def _own_conversation(request: HttpRequest, conversation_id: str, permission: str) -> Conversation:
    """Return the user's conversation. Raises ApiError: 403, and 400 for an unknown or another user's one."""
    user = permitted(request, permission)
    rows = _conversations().filter(owner=user, purge_at=None)
    conversation: Conversation | None = (
        rows.filter(pk=conversation_id).first() if may_be_id(conversation_id) else None
    )
    if conversation is None:
        raise invalid_id("conversation_id")
    return conversation


def _own_conversation_again(request: KeyRequest, conversation_id: str, permission: str) -> Conversation:
    """As `_own_conversation`, with the rights of this moment. Raises ApiError, 401 too."""
    current = request.credential.read_user()
    if current is None:
        raise ApiError(401, INVALID_TOKEN)
    request.auth = current.user  # as ninja did
    return _own_conversation(request, conversation_id, permission)


def _confirm_right(credential: Credential, conversation_id: str) -> None:
    """Raise CommandError (forbidden) if the right is lost: a greeting may have been spoken meanwhile."""
    try:
        authorise(credential, conversation_id)
    except Refusal:
        raise CommandError(Code.FORBIDDEN, LOST) from None
