"""Changes that commands make to a conversation's rows: its context, its tool results, its end."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from playground.engine.errors.codes import Code, CommandError
from playground.engine.prompt import SEPARATOR
from playground.engine.tools.rounds import ResultSource
from playground.models import Conversation, Turn
from playground.storage.frozen_personas import frozen_persona
from playground.storage.open_turn import BUSY
from playground.storage.prepared import PreparedSelect, PreparedUpdate, parameter

_CONTEXT = PreparedSelect(
    lambda: (
        Conversation.objects.select_for_update()
        .filter(pk=parameter(Conversation, "id"))
        .values_list("conversational_context")
    )
)
_SET_CONTEXT = PreparedUpdate(
    lambda: Conversation.objects.filter(pk=parameter(Conversation, "id")),
    ["conversational_context", "updated_at"],
)


@dataclass(frozen=True, slots=True)
class AnsweredCall:
    turn_id: str
    is_complete: bool
    """Whether every call of the turn has a result now."""


@transaction.atomic
def append_context(conversation_id: str, context: str) -> str:
    """Tavus, conversation.append_llm_context; returns the whole context."""
    parts = [_locked_context(conversation_id), context]
    return _set_context(conversation_id, SEPARATOR.join(part for part in parts if part))


@transaction.atomic
def overwrite_context(conversation_id: str, context: str) -> str:
    """Tavus, conversation.overwrite_llm_context; returns the whole context."""
    _locked_context(conversation_id)
    return _set_context(conversation_id, context)


def _locked_context(conversation_id: str) -> str:
    """Return the context of the locked row. Raises Conversation.DoesNotExist."""
    row = _CONTEXT.first(id=conversation_id)
    if row is None:
        raise Conversation.DoesNotExist
    return str(row[0])


def _set_context(conversation_id: str, context: str) -> str:
    _SET_CONTEXT(id=conversation_id, conversational_context=context, updated_at=timezone.now())
    return context


def end_conversation(conversation_id: str) -> None:
    """Mark it as ended; no effect if it has ended."""
    Conversation.objects.filter(pk=conversation_id, status=Conversation.Status.ACTIVE).update(
        status=Conversation.Status.ENDED, ended_at=timezone.now()
    )


def store_seq(conversation_id: str, seq: int) -> None:
    """Store the last ``seq`` that viewers were told, unless a later one is stored."""
    Conversation.objects.filter(pk=conversation_id, last_seq__lt=seq).update(last_seq=seq)


@transaction.atomic
def answer_tool_call(
    conversation_id: str, call_id: str, output: str, status: str, source: str = ResultSource.HAND
) -> AnsweredCall:
    """Store the result of a call of the newest turn. Raises CommandError (busy, bad_message)."""
    conversation = Conversation.objects.select_for_update().get(pk=conversation_id)
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
    return AnsweredCall(turn.pk, all(each_id in turn.tool_results for each_id in call_ids))


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
