"""Stores what a conversation's ``callback_url`` is to be told, in the transaction of what happened.

Nothing is sent here: `playground.callbacks` delivers the rows. A conversation that began before callbacks were sent, or
whose receiver said that it is gone, stores none; nor does any while CALLBACKS is off.
"""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from playground.engine.callback_events import (
    CallbackEvent,
    CallbackSource,
    NotDelivered,
    ReplicaJoined,
    Shutdown,
    ShutdownReason,
    ToolCallMade,
    TranscriptionReady,
)
from playground.engine.json_text import json_bytes
from playground.engine.json_types import Json
from playground.engine.persona_document import platform_of
from playground.models import Callback, Conversation, Turn


def will_send(callback_url: str) -> bool:
    """Whether a conversation that starts now with this address tells it what happens."""
    return bool(callback_url) and settings.CALLBACKS


def note_started(conversation: Conversation) -> None:
    """Queue the callback about the start of a conversation whose row has just been stored."""
    if _sends_callbacks(conversation):
        _queue(conversation, ReplicaJoined(), conversation.created_at)


def note_ended(conversation_id: str, reason: ShutdownReason, at: datetime) -> None:
    """Queue the callbacks about an end that was just stored. The transcript is made later: a turn may still end."""
    conversation = _conversation(conversation_id)
    if _sends_callbacks(conversation):
        _queue(conversation, Shutdown(reason), at)
        _queue_row(conversation, TranscriptionReady.event_type, "", at)


def note_tool_calls(turn_id: str, calls: Sequence[Json], at: datetime) -> None:
    """Queue a callback about each call of a turn that was just stored as closed."""
    turn = Turn.objects.only("position", "conversation_id").get(pk=turn_id)
    conversation = _conversation(turn.conversation_id)
    if not _sends_callbacks(conversation):
        return
    for call in calls:
        made = ToolCallMade(call["id"], call["name"], call["arguments"], turn.position)
        _queue(conversation, made, at)


def body_of(conversation: Conversation, event: CallbackEvent, at: datetime) -> str:
    """Return what is sent: the event in the words of the persona's platform."""
    platform = platform_of(conversation.persona_version.document)
    source = CallbackSource(conversation.pk, conversation.callback_url, conversation.replica_id)
    return json_bytes(platform.callback(event, source, at)).decode()


def _conversation(conversation_id: str) -> Conversation:
    fields = ("callback_url", "sends_callbacks", "replica_id", "owner_id", "persona_version_id")
    return Conversation.objects.only(*fields).get(pk=conversation_id)


def _sends_callbacks(conversation: Conversation) -> bool:
    return conversation.sends_callbacks and settings.CALLBACKS


def _queue(conversation: Conversation, event: CallbackEvent, at: datetime) -> None:
    _queue_row(conversation, event.event_type, body_of(conversation, event, at), at)


def _queue_row(conversation: Conversation, event_type: str, body: str, at: datetime) -> None:
    is_full = _queue_is_full(conversation.owner_id)
    Callback.objects.create(
        conversation=conversation,
        owner_id=conversation.owner_id,
        event_type=event_type,
        url=conversation.callback_url,
        body=body,
        state=Callback.State.FAILED if is_full else Callback.State.WAITING,
        problem=NotDelivered.QUEUE_FULL if is_full else "",
        next_at=at,
        created_at=at,
        closed_at=at if is_full else None,
    )


def _queue_is_full(owner_id: int) -> bool:
    """Whether as many callbacks of the owner wait as may; what comes then isn't sent by itself."""
    most: int = settings.CALLBACKS_PER_USER
    waiting = Callback.objects.filter(owner_id=owner_id, state=Callback.State.WAITING).order_by()
    return waiting[most - 1 : most].exists()
