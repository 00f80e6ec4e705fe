"""Opens a turn: stores its row before anything is sent, at most one open per conversation."""

from dataclasses import dataclass, field, replace

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from personas.formats.pipeline import bypasses_llm
from playground.engine.errors.codes import Code, CommandError
from playground.engine.events import TurnKind
from playground.models import Conversation, Turn
from playground.storage.database_jobs import database_job
from playground.storage.leases import LEASE, PROCESS_ID, close_orphaned_turns

BUSY = "The voice is still answering. Interrupt it first, or wait for the end of its speech."
ENDED = "This conversation has ended. Start a new one with the same persona."


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


@database_job
def owner_of(conversation_id: str) -> int:
    """Return the id of the conversation's owner."""
    owner_id: int = Conversation.objects.values_list("owner_id", flat=True).get(pk=conversation_id)
    return owner_id


def open_turn(conversation_id: str, new: NewTurn) -> OpenedTurn:
    """Store the turn's row.

    Raises CommandError: busy while another turn is open, bad_message in an ended conversation.
    """
    with transaction.atomic():
        conversation = _locked(conversation_id)
        if conversation.status != Conversation.Status.ACTIVE:
            raise CommandError(Code.BAD_MESSAGE, ENDED)
        new = _in_its_pipeline(conversation, new)
        known = _same_message(conversation, new.client_msg_id)
        if known is not None:
            return OpenedTurn(known, conversation, is_new=False)
        close_orphaned_turns(conversation=conversation)
        if conversation.turns.filter(status__in=Turn.OPEN).exists():
            raise CommandError(Code.BUSY, BUSY)
        try:
            with transaction.atomic():
                return OpenedTurn(_insert(conversation, new), conversation)
        except IntegrityError:
            # Another process opened a turn between the check and the insert; the constraint rejected this one.
            raise CommandError(Code.BUSY, BUSY) from None


def _in_its_pipeline(conversation: Conversation, new: NewTurn) -> NewTurn:
    """Return an echo of the user's text if the persona's pipeline bypasses the LLM, else the turn unchanged."""
    other_keys = conversation.persona_version.document.get("other_keys") or {}
    if new.kind is TurnKind.USER and bypasses_llm(other_keys):
        return replace(new, kind=TurnKind.ECHO)
    return new


def _locked(conversation_id: str) -> Conversation:
    return (
        Conversation.objects.select_for_update(of=("self",))
        .select_related("persona_version", "owner")
        .get(pk=conversation_id)
    )


def _same_message(conversation: Conversation, client_msg_id: str) -> Turn | None:
    if not client_msg_id:
        return None
    return conversation.turns.filter(client_msg_id=client_msg_id).first()


def _insert(conversation: Conversation, new: NewTurn) -> Turn:
    newest = conversation.turns.aggregate(newest=Max("position"))["newest"]
    opening_text = {"user_text": new.text} if new.kind is TurnKind.USER else {"text": new.text}
    return Turn.objects.create(
        conversation=conversation,
        position=0 if newest is None else newest + 1,
        kind=new.kind,
        parent=conversation.turns.order_by("-position").first(),
        continues_id=new.continues or None,
        client_msg_id=new.client_msg_id,
        context=conversation.conversational_context,
        owner_process=PROCESS_ID,
        lease_until=timezone.now() + LEASE,
        **opening_text,
    )
