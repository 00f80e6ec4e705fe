"""Makes a real conversation of inspected requests and their recorded answers: to go on, run again, keep."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from personas.ids import new_turn_id
from personas.models import Persona
from playground.engine.events import TurnKind
from playground.engine.examined_request import text_of
from playground.engine.json_types import Json
from playground.engine.persona import PersonaSettings
from playground.engine.prompt import SEPARATOR, compose_system_message
from playground.engine.turn_record import TurnRecord
from playground.inspectors.recorded_exchange import (
    RecordedExchange,
    messages_in,
    recorded_exchange,
    request_body,
)
from playground.models import Completion, Conversation, InspectedRequest, Turn
from playground.storage.call_log import log_anew
from playground.storage.frozen_personas import frozen_persona
from playground.storage.start_conversation import ConversationOptions, newest_version, start_conversation
from playground.storage.turn_rows import TurnRow, closed_row, storable

MOST_TURNS = 200
"""The most requests that are copied into one conversation."""

NOTHING_TO_COPY = (
    "None of these requests asks for a completion: there are no messages to make a conversation of."
)
OTHER_SYSTEM = (
    "The system message of the requests isn't that of this persona: from here on the persona's own is sent. "
    "Make a persona of the request to keep it."
)
UNANSWERED = "Some requests have no recorded answer yet: they are left out."
CUT_ANSWERS = "Of some answers only the beginning was kept."
TOO_MANY = f"Only the first {MOST_TURNS} requests are copied."


class NothingToCopyError(ValueError):
    """No request has messages. ``message`` is one sentence for a person."""

    def __init__(self) -> None:
        super().__init__(NOTHING_TO_COPY)
        self.message = NOTHING_TO_COPY


@dataclass(frozen=True, slots=True)
class MadeConversation:
    conversation: Conversation
    losses: tuple[str, ...]
    """What could not be copied, one sentence each."""


def make_conversation(
    requests: Sequence[InspectedRequest], persona: Persona, *, owner: User
) -> MadeConversation:
    """Store a conversation with the persona's newest version, a turn for each answered request, the oldest first.

    What the first request holds before its last user message becomes the conversation's initial messages. Raises
    NothingToCopyError, TooManyRowsError.
    """
    asking = [request for request in requests if messages_in(request_body(request))]
    if not asking:
        raise NothingToCopyError
    exchanges = [
        exchange for request in asking[:MOST_TURNS] if (exchange := recorded_exchange(request)) is not None
    ]
    first = messages_in(request_body(asking[0]))
    settings = frozen_persona(newest_version(persona)).settings
    context = _context(first, settings)
    with transaction.atomic():
        conversation = start_conversation(
            persona,
            ConversationOptions(
                conversation_name=_name(asking[0]),
                conversational_context=storable(context or ""),
                initial_messages=_storable(_initial_messages(first, is_answered=bool(exchanges))),
            ),
            owner=owner,
        )
        _copy_turns(conversation, exchanges)
    losses = (
        (OTHER_SYSTEM, context is None),
        (UNANSWERED, len(exchanges) < len(asking[:MOST_TURNS])),
        (CUT_ANSWERS, any(not exchange.answer.is_whole for exchange in exchanges)),
        (TOO_MANY, len(asking) > MOST_TURNS),
    )
    return MadeConversation(conversation, tuple(sentence for sentence, is_so in losses if is_so))


def _name(request: InspectedRequest) -> str:
    return f"{request.conversation_id or request.inspector.name} (inspected)"[:200]


def _context(messages: list[Json], persona: PersonaSettings) -> str | None:
    """Return what follows the persona's prompt in the system message; None if that doesn't begin with the prompt."""
    system = "".join(
        text_of(message.get("content")) for message in messages[:1] if message.get("role") == "system"
    )
    own = compose_system_message(persona.system_prompt, persona.context, "").text
    if system == own:
        return ""
    if not own:
        return system
    return system.removeprefix(own + SEPARATOR) if system.startswith(own + SEPARATOR) else None


def _initial_messages(messages: list[Json], *, is_answered: bool) -> list[Json]:
    """Return the messages before the first turn's own, without the system message at the top."""
    session = messages[1:] if messages[0].get("role") == "system" else messages
    if not is_answered or not session or session[-1].get("role") != "user":
        return session
    return session[:-1]


def _storable(messages: list[Json]) -> list[Any]:
    stored: list[Any] = storable(messages)
    return stored


def _copy_turns(conversation: Conversation, exchanges: Sequence[RecordedExchange]) -> None:
    previous: Turn | None = None
    last_seq = 0
    for position, exchange in enumerate(exchanges):
        record = exchange.turn(turn_id=new_turn_id(), turn_idx=position)
        if previous is not None:
            _store_results(previous, exchange)
            _note_heard_text(previous, exchange)
        last_seq += _event_count(record)
        row = closed_row(record, conversation.pk, last_seq=last_seq, inference_id=str(uuid4()))
        previous = _turn(conversation, exchange, row, previous, position)
        previous.save(force_insert=True)
        Completion.objects.bulk_create(
            Completion(turn=previous, **storable(values)) for values in row.completions
        )
    Conversation.objects.filter(pk=conversation.pk).update(last_seq=last_seq, updated_at=timezone.now())
    log_anew(conversation.pk)
    conversation.refresh_from_db()


def _event_count(record: TurnRecord) -> int:
    """Return how many events a viewer would have been told of the turn, at least."""
    return 2 + len(record.text) + len(record.sentences) + len(record.tool_calls) + 3 * len(record.segments)


def _turn(
    conversation: Conversation,
    exchange: RecordedExchange,
    row: TurnRow,
    previous: Turn | None,
    position: int,
) -> Turn:
    continues = previous if exchange.request.kind is TurnKind.CONTINUATION else None
    return Turn(
        id=row.turn_id,
        conversation=conversation,
        position=position,
        kind=exchange.request.kind,
        parent=previous,
        continues=continues,
        user_text=storable(exchange.request.user_text),
        context=conversation.conversational_context,
        **storable(row.values),
    )


def _store_results(previous: Turn, exchange: RecordedExchange) -> None:
    """Store the results of the previous turn's calls, which the next request repeats."""
    call_ids = {call["id"] for call in previous.timeline.get("tool_calls", ())}
    results = {
        message["tool_call_id"]: {"output": storable(text_of(message.get("content"))), "status": "success"}
        for message in exchange.messages
        if message.get("role") == "tool" and message.get("tool_call_id") in call_ids
    }
    if results:
        previous.tool_results = results
        previous.save(update_fields=["tool_results"])


def _note_heard_text(previous: Turn, exchange: RecordedExchange) -> None:
    """Mark the previous turn as interrupted if the next request holds only the beginning of its answer."""
    spoken = [
        text_of(message.get("content"))
        for message in exchange.messages[:-1]
        if message.get("role") == "assistant"
    ]
    heard = storable(spoken[-1]) if spoken else ""
    is_beginning = 0 < len(heard) < len(previous.text) and previous.text.startswith(heard)
    if previous.status != Turn.Status.COMPLETED or not is_beginning:
        return
    previous.status, previous.heard_text = Turn.Status.INTERRUPTED, heard
    previous.timeline |= {"interrupted_at_ms": previous.timings["total"]}
    previous.save(update_fields=["status", "heard_text", "timeline"])
