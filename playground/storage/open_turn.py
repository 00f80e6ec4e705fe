"""Opens a turn: stores its row before anything is sent, at most one open per conversation."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from personas.ids import new_turn_id
from personas.models import PersonaVersion
from playground.engine.errors.codes import Code, CommandError
from playground.engine.events import TurnKind
from playground.models import Conversation, Turn
from playground.storage.frozen_personas import frozen_persona
from playground.storage.leases import LEASE, PROCESS_ID, close_orphaned_turns, reach
from playground.storage.prepared import PreparedInsert, PreparedSelect, parameter
from playground.storage.presence import note_speaker
from playground.storage.right_at_effect import confirm_right

BUSY = "The voice is still answering. Interrupt it first, or wait for the end of its speech."
ENDED = "This conversation has ended. Start a new one with the same persona."


_USED = frozenset({
    "id", "owner_id", "persona_version_id", "stand_in", "conversational_context", "properties", "initial_messages",
    "interrupt_history", "status", "last_seq", "ends_by_itself",
})  # fmt: skip
"""What a turn's start and its plan need; anything else is read when it is asked for."""
_OWN_FIELDS = [each.attname for each in Conversation._meta.concrete_fields if each.attname in _USED]
"""In the order of the model, in which an instance takes its values."""
_VERSION_FIELDS = ["id", "persona_ref", "created_at"]


class _Newest(NamedTuple):
    """A conversation's newest turn, the only one that may be open."""

    id: str
    position: int
    status: str


_CONVERSATION = PreparedSelect(
    lambda: (
        Conversation.objects.select_for_update(of=("self",))
        .filter(pk=parameter(Conversation, "id"))
        .values_list(*_OWN_FIELDS, *(f"persona_version__{name}" for name in _VERSION_FIELDS))
    )
)
_NEWEST = PreparedSelect(
    lambda: (
        Turn.objects.filter(conversation=parameter(Turn, "conversation"))
        .order_by("-position")
        .values_list(*_Newest._fields)[:1]
    )
)
_SAME_MESSAGE = PreparedSelect(
    lambda: Turn.objects.filter(
        conversation=parameter(Turn, "conversation"), client_msg_id=parameter(Turn, "client_msg_id")
    ).values_list("id")
)
_INSERT = PreparedInsert(Turn, computed={"lease_until": Now() + LEASE})


@dataclass(frozen=True, slots=True)
class NewTurn:
    """A viewer's request for a turn: a kind, and the text (empty for a continuation)."""

    kind: TurnKind
    text: str = ""
    client_msg_id: str = ""
    continues: str = ""


@dataclass(frozen=True, slots=True)
class OpenedTurn:
    turn: Turn
    conversation: Conversation
    is_new: bool = field(default=True)
    """False if the same client message was accepted before, so there is nothing to do."""


def due_greeting(conversation_id: str) -> str:
    """Return the words with which the voice opens; empty if there are none, or the conversation has begun or ended."""
    conversation = Conversation.objects.filter(pk=conversation_id).first()
    return "" if conversation is None else conversation.due_greeting()


Admit = Callable[[int], None]
"""Raises CommandError (busy) if the conversation's owner, by id, may have no further turn open."""


def admit_anyone(_owner_id: int) -> None:
    """Refuse no owner."""


def open_turn(conversation_id: str, new: NewTurn, admit: Admit = admit_anyone) -> OpenedTurn:
    """Store the turn's row, in one transaction.

    Raises CommandError: busy while another turn is open or if not admitted, bad_message in an ended conversation.
    """
    with transaction.atomic():
        conversation = _locked(conversation_id)
        confirm_right()
        admit(conversation.owner_id)
        if conversation.status != Conversation.Status.ACTIVE:
            raise CommandError(Code.BAD_MESSAGE, ENDED)
        new = _in_its_pipeline(conversation, new)
        known = _same_message(conversation, new.client_msg_id)
        if known is not None:
            return OpenedTurn(known, conversation, is_new=False)
        newest = _newest(conversation)
        if newest is not None and newest.status in Turn.OPEN:
            _close_orphan(newest)
        note_speaker(conversation, timezone.now())
        return OpenedTurn(_insert(conversation, new, newest), conversation)


def _in_its_pipeline(conversation: Conversation, new: NewTurn) -> NewTurn:
    """Return an echo of the user's text if the persona's pipeline bypasses the LLM, else the turn unchanged."""
    if new.kind is TurnKind.USER and frozen_persona(conversation.persona_version).bypasses_llm:
        return replace(new, kind=TurnKind.ECHO)
    return new


def _locked(conversation_id: str) -> Conversation:
    """Return the locked row, with its persona version but for its document. Raises Conversation.DoesNotExist."""
    row = _CONVERSATION.first(id=conversation_id)
    if row is None:
        raise Conversation.DoesNotExist
    own, of_version = row[: len(_OWN_FIELDS)], row[len(_OWN_FIELDS) :]
    conversation = Conversation.from_db(connection.alias, _OWN_FIELDS, own)
    conversation.persona_version = PersonaVersion.from_db(connection.alias, _VERSION_FIELDS, of_version)
    return conversation


def _same_message(conversation: Conversation, client_msg_id: str) -> Turn | None:
    if not client_msg_id or not _SAME_MESSAGE(conversation=conversation.pk, client_msg_id=client_msg_id):
        return None
    return conversation.turns.get(client_msg_id=client_msg_id)


def _newest(conversation: Conversation) -> _Newest | None:
    row = _NEWEST.first(conversation=conversation.pk)
    return None if row is None else _Newest(*row)


def _close_orphan(newest: _Newest) -> None:
    """Close an open turn whose process died. Raises CommandError (busy) while its lease holds.

    Where heartbeats look for orphans, they close it, and tell every process.
    """
    if not reach.is_watched and close_orphaned_turns(pk=newest.id):
        return
    # Asked again, because its own end may have come meanwhile.
    if Turn.objects.filter(pk=newest.id, status__in=Turn.OPEN).exists():
        raise CommandError(Code.BUSY, BUSY)


def _insert(conversation: Conversation, new: NewTurn, newest: _Newest | None) -> Turn:
    opening_text = {"user_text": new.text} if new.kind is TurnKind.USER else {"text": new.text}
    now = timezone.now()
    values = {
        "id": new_turn_id(),
        "position": 0 if newest is None else newest.position + 1,
        "kind": str(new.kind),
        "parent_id": None if newest is None else newest.id,
        "continues_id": new.continues or None,
        "client_msg_id": new.client_msg_id,
        "context": conversation.conversational_context,
        "interrupt_history": conversation.interrupt_history,
        "owner_process": PROCESS_ID,
        "created_at": now,
        **opening_text,
    }
    try:
        _INSERT(conversation_id=conversation.pk, **values)
    except IntegrityError:
        # Another process opened a turn between the check and the insert; the constraint rejected this one.
        raise CommandError(Code.BUSY, BUSY) from None
    return Turn(conversation=conversation, **values)
