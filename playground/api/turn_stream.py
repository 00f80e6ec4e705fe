"""Streams one turn as server-sent events: the socket's events for clients without a socket."""

import asyncio
from collections.abc import AsyncIterator

from playground.api.documents import closing_properties
from playground.engine.errors.codes import Code, CommandError
from playground.engine.json_text import json_bytes
from playground.engine.json_types import Json
from playground.models import Conversation, Turn
from playground.realtime.hub import Viewer
from playground.realtime.wire_events import envelope
from playground.runner import Runner
from playground.storage.database_jobs import database_job
from playground.storage.database_thread import in_database_thread

KEEP_ALIVE_S = 15.0
"""The longest silence before a comment is sent as a keep-alive, and the turn's row is checked."""
LAGGED = "The stream could not keep up with the turn, which goes on: read its end with GET, verbose=true."

_CLOSING = frozenset(f"playground.turn.{status}" for status in ("completed", "interrupted", "failed"))


async def turn_events(
    to: Runner, conversation: Conversation, text: str, client_msg_id: str
) -> AsyncIterator[bytes]:
    """Start the turn and yield its events up to the closing one; leaving early stops nothing.

    A due greeting comes first. Raises CommandError before the first event.
    """
    viewer = await to.attach(conversation.pk)
    try:
        greeting_id = await to.greet(conversation.pk)
        if greeting_id is not None:
            async for event in _until_closed(viewer, greeting_id):
                yield event
        known = await _closed_before(conversation, client_msg_id)
        if known is not None:
            yield _sse(known)
            return
        try:
            turn_id = await to.respond(conversation.pk, text, client_msg_id)
        except CommandError as error:
            if greeting_id is None:
                raise
            yield _sse(_error(conversation.pk, error))
            return
        async for event in _until_closed(viewer, turn_id):
            yield event
    finally:
        await to.detach(conversation.pk, viewer)


async def _until_closed(viewer: Viewer, turn_id: str) -> AsyncIterator[bytes]:
    while True:
        try:
            async with asyncio.timeout(KEEP_ALIVE_S):
                batch = await viewer.take()
        except TimeoutError:
            # The turn's process may have died: another closes the row then, without an event.
            stored = await _end_if_stored(turn_id)
            if stored is not None:
                yield _sse(stored)
                return
            yield b": the turn goes on\n\n"
            continue
        for event in batch:
            if event["properties"].get("turn_id") != turn_id:
                continue
            yield _sse(event)
            if event["event_type"] in _CLOSING:
                return
        if viewer.lagged:
            yield _sse(_error("", CommandError(Code.BUSY, LAGGED)))
            return


async def _end_if_stored(turn_id: str) -> Json | None:
    """Return the turn's end; None while it runs, and while the database can't be read: the turn goes on then too."""
    try:
        return await database_job(_stored_end)(turn_id)
    except CommandError:
        return None


def _sse(event: Json) -> bytes:
    data = json_bytes(event)
    return b"event: %s\nid: %d\ndata: %s\n\n" % (event["event_type"].encode(), event["seq"], data)


def _error(conversation_id: str, error: CommandError) -> Json:
    return envelope("playground.error", error.as_json(), conversation_id=conversation_id, seq=0)


@in_database_thread
def _closed_before(conversation: Conversation, client_msg_id: str) -> Json | None:
    """Return the closing event of the turn that the same message started before; None without one or while it runs."""
    if not client_msg_id:
        return None
    turn = conversation.turns.filter(client_msg_id=client_msg_id).first()
    return None if turn is None else _stored_end(turn.pk)


def _stored_end(turn_id: str) -> Json | None:
    turn = Turn.objects.select_related("conversation").filter(pk=turn_id).first()
    if turn is None or turn.status in Turn.OPEN:
        return None
    completion = turn.completions.order_by("-attempt").first()
    return envelope(
        f"playground.turn.{turn.status}",
        closing_properties(turn),
        conversation_id=turn.conversation_id,
        seq=turn.conversation.last_seq,
        inference_id=str(completion.pk) if completion is not None else None,
        turn_idx=turn.position,
    )
