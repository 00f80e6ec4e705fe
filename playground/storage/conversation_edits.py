"""Changes that commands make to a conversation's rows: its context, its history policy, tool results, its end.

Each takes the ``seq`` of the event that tells it from the conversation's row, in the same transaction. While a turn is
open the process that runs it gives every ``seq``, and None is returned instead.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from playground.engine.callback_events import ShutdownReason
from playground.engine.errors.codes import Code, CommandError
from playground.engine.json_types import Json
from playground.engine.persona import InterruptHistory
from playground.engine.prompt import SEPARATOR
from playground.engine.tools.rounds import ResultSource
from playground.models import ContextChange, Conversation, Turn
from playground.storage.context_changes import note_change
from playground.storage.frozen_personas import frozen_persona
from playground.storage.open_turn import BUSY
from playground.storage.outbox import note_ended
from playground.storage.past_turns import moved_on
from playground.storage.prepared import PreparedSelect, PreparedUpdate, parameter
from playground.storage.right_at_effect import confirm_right

_CONTEXT = PreparedSelect(
    lambda: (
        Conversation.objects.select_for_update()
        .filter(pk=parameter(Conversation, "id"))
        .values_list("conversational_context", "last_seq")
    )
)
_SET_CONTEXT = PreparedUpdate(
    lambda: Conversation.objects.filter(pk=parameter(Conversation, "id")),
    ["conversational_context", "last_seq", "updated_at"],
)
_OPEN_TURN = PreparedSelect(
    lambda: Turn.objects.filter(
        conversation=parameter(Turn, "conversation"), status__in=Turn.OPEN
    ).values_list("id")
)


WHOLE_CONTEXT_CHARS = 256 * 1024
"""The most that a conversation's context may grow to: each request, change and snapshot has the whole of it."""
CONTEXT_IS_FULL = (
    f"The conversation's context would have over {WHOLE_CONTEXT_CHARS:,} characters, the most allowed. "
    "Overwrite it instead."
)


@dataclass(frozen=True, slots=True)
class ChangedContext:
    """The whole context, and the ``seq`` of its event; None if a turn is open, because then the owner gives it."""

    context: str
    change: Json
    """As `context_changes.change_json`."""
    seq: int | None


@dataclass(frozen=True, slots=True)
class AnsweredCall:
    turn_id: str
    is_complete: bool
    """Whether every call of the turn has a result now."""
    seq: int


@transaction.atomic
def append_context(conversation_id: str, context: str) -> ChangedContext:
    """Tavus, conversation.append_llm_context."""
    before, last_seq = _locked_context(conversation_id)
    confirm_right()
    whole = SEPARATOR.join(part for part in (before, context) if part)
    if len(whole) > WHOLE_CONTEXT_CHARS:
        raise CommandError(Code.BAD_MESSAGE, CONTEXT_IS_FULL)
    change = note_change(conversation_id, ContextChange.How.APPEND, context)
    return _set_context(conversation_id, whole, change, last_seq)


@transaction.atomic
def overwrite_context(conversation_id: str, context: str) -> ChangedContext:
    """Tavus, conversation.overwrite_llm_context."""
    _, last_seq = _locked_context(conversation_id)
    confirm_right()
    change = note_change(conversation_id, ContextChange.How.OVERWRITE, context)
    return _set_context(conversation_id, context, change, last_seq)


@transaction.atomic
def choose_interrupt_history(conversation_id: str, policy: InterruptHistory) -> int | None:
    """Store the conversation's own policy, and return the ``seq`` of the event that tells it."""
    _, last_seq = _locked_context(conversation_id)
    confirm_right()
    seq = _seq_after(conversation_id, last_seq)
    Conversation.objects.filter(pk=conversation_id).update(
        interrupt_history=policy, last_seq=last_seq if seq is None else seq, updated_at=timezone.now()
    )
    return seq


def _locked_context(conversation_id: str) -> tuple[str, int]:
    """Return the context and the ``last_seq`` of the locked row. Raises Conversation.DoesNotExist."""
    row = _CONTEXT.first(id=conversation_id)
    if row is None:
        raise Conversation.DoesNotExist
    return str(row[0]), int(row[1])


def _set_context(conversation_id: str, context: str, change: Json, last_seq: int) -> ChangedContext:
    seq = _seq_after(conversation_id, last_seq)
    _SET_CONTEXT(
        id=conversation_id,
        conversational_context=context,
        last_seq=last_seq if seq is None else seq,
        updated_at=timezone.now(),
    )
    return ChangedContext(context, change, seq)


@transaction.atomic
def end_conversation(conversation_id: str, reason: ShutdownReason = ShutdownReason.ENDED) -> int | None:
    """Mark it as ended, unless it has ended, and return the ``seq`` of the event that tells it."""
    seq = take_seq(conversation_id)
    now = timezone.now()
    has_ended_now = Conversation.objects.filter(pk=conversation_id, status=Conversation.Status.ACTIVE).update(
        status=Conversation.Status.ENDED, ended_at=now, shutdown_reason=reason
    )
    if has_ended_now:
        note_ended(conversation_id, reason, now)
    return seq


@transaction.atomic
def take_seq(conversation_id: str) -> int | None:
    """Return the next ``seq``, which no other event will have. Raises Conversation.DoesNotExist."""
    _, last_seq = _locked_context(conversation_id)
    seq = _seq_after(conversation_id, last_seq)
    if seq is not None:
        Conversation.objects.filter(pk=conversation_id).update(last_seq=seq)
    return seq


def _seq_after(conversation_id: str, last_seq: int) -> int | None:
    """Return the ``seq`` after that of the locked row; None while a turn is open."""
    # A statement of its own: one that waited for the lock sees the turns as they were before.
    if _OPEN_TURN(conversation=conversation_id):
        return None
    moved_on(conversation_id, last_seq + 1)
    return last_seq + 1


@transaction.atomic
def answer_tool_call(
    conversation_id: str, call_id: str, output: str, status: str, source: str = ResultSource.HAND
) -> AnsweredCall:
    """Store the result of a call of the newest turn. Raises CommandError (busy, bad_message)."""
    conversation = Conversation.objects.select_for_update().get(pk=conversation_id)
    confirm_right()
    turn = conversation.turns.order_by("-position").first()
    if turn is None:
        raise CommandError(Code.BAD_MESSAGE, "Nothing was called in this conversation yet.")
    if turn.status in Turn.OPEN:
        raise CommandError(Code.BUSY, BUSY)
    call_ids = [call["id"] for call in turn.timeline.get("tool_calls", ())]
    if call_id not in call_ids:
        message = "That call is not one of the newest turn: the conversation has gone on without its result."
        raise CommandError(Code.BAD_MESSAGE, message)
    if call_id in turn.tool_results:
        raise CommandError(Code.BAD_MESSAGE, "That call has its result already.")
    refuse_too_many_rounds(conversation, turn)
    turn.tool_results[call_id] = {"output": output, "status": status, "source": str(source)}
    turn.save(update_fields=["tool_results"])
    conversation.last_seq += 1
    conversation.save(update_fields=["last_seq", "updated_at"])
    moved_on(conversation_id, conversation.last_seq)
    is_complete = all(each_id in turn.tool_results for each_id in call_ids)
    return AnsweredCall(turn.pk, is_complete, conversation.last_seq)


def refuse_too_many_rounds(conversation: Conversation, turn: Turn) -> None:
    """Raise CommandError if the turn has reached the persona's maximum of tool rounds."""
    most = frozen_persona(conversation.persona_version).settings.max_tool_rounds
    rounds = 0
    before: Turn | None = turn
    while before is not None and before.continues_id is not None:
        rounds += 1
        before = before.continues
    if rounds >= most:
        message = (
            f"This answer has had {most} tool rounds, the most that the persona allows. Say something new."
        )
        raise CommandError(Code.BAD_MESSAGE, message)
