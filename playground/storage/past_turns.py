"""The past turns of conversations: kept between turns, so that a start reads only those that are new."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from playground.engine.errors.codes import Code
from playground.engine.events import ToolCall, TurnKind, TurnStatus
from playground.engine.history import PastTurn
from playground.engine.json_types import Json
from playground.models import Conversation, Turn
from playground.storage.bounded_cache import BoundedCache
from playground.storage.prepared import Parameter, PreparedSelect, parameter

KEPT_CONVERSATIONS = 256
KEPT_CHARS = 8 * 1024 * 1024
"""The most characters of the kept conversations' turns."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """The turns before ``position``, and the ``last_seq`` that this process has left in the conversation's row."""

    last_seq: int
    position: int
    turns: tuple[PastTurn, ...]
    chars: int


_POSITION = Turn._meta.get_field("position")
_BETWEEN = PreparedSelect(
    lambda: (
        Turn.objects.filter(
            conversation=parameter(Turn, "conversation"),
            position__gte=Parameter("first", _POSITION),
            position__lt=Parameter("before", _POSITION),
        )
        .exclude(status__in=Turn.OPEN)
        .order_by("position")
        .values_list(
            "kind",
            "status",
            "user_text",
            "text",
            "heard_text",
            "timeline__tool_calls",
            "tool_results",
            "error__code",
            "owner_process",
        )
    )
)

_NONE = _Kept(last_seq=0, position=0, turns=(), chars=0)
_kept: BoundedCache[str, _Kept] = BoundedCache(entries=KEPT_CONVERSATIONS, size=KEPT_CHARS)


def past_turns(conversation: Conversation, *, before: int) -> Sequence[PastTurn]:
    """Return the closed turns before the position of a turn that is about to start.

    Those before the newest are superseded, and so no longer change. They are kept while ``last_seq`` is as this
    process left it: another process that runs a turn increases it. One that was closed for its owner, and those after
    it, are read again: an owner that lives has the last word.
    """
    kept = _kept.get(conversation.pk)
    if kept is None or kept.last_seq != conversation.last_seq or kept.position > before:
        kept = _NONE
    rows = _BETWEEN(conversation=conversation.pk, first=kept.position, before=before)
    new = tuple(_past_turn(*row) for row in rows)
    settled = new[: next((place for place, row in enumerate(rows) if row[-1]), len(rows))]
    position = before - (len(new) - len(settled))
    chars = kept.chars + sum(map(_chars, settled))
    _keep(conversation.pk, _Kept(conversation.last_seq, position, kept.turns + settled, chars))
    return kept.turns + new


def left_at(conversation_id: str, last_seq: int) -> None:
    """Take note of the ``last_seq`` that this process has stored in the conversation's row."""
    kept = _kept.get(conversation_id)
    if kept is not None:
        _keep(conversation_id, replace(kept, last_seq=last_seq))


def moved_on(conversation_id: str, last_seq: int) -> None:
    """Take note of a ``last_seq`` one higher, which this process gives to what is no turn."""
    kept = _kept.get(conversation_id)
    if kept is not None and kept.last_seq == last_seq - 1:
        _keep(conversation_id, replace(kept, last_seq=last_seq))


def turns_between(conversation_id: str, first: int, before: int) -> list[PastTurn]:
    """Read the closed turns from position ``first`` up to ``before``, without it."""
    return [_past_turn(*row) for row in _BETWEEN(conversation=conversation_id, first=first, before=before)]


def tool_calls_of(calls: Sequence[Json] | None) -> tuple[ToolCall, ...]:
    """Return a stored turn's calls from its timeline."""
    return tuple(
        ToolCall(
            call["id"], call["name"], call["arguments"], valid=call["valid"], extra=call.get("extra", "")
        )
        for call in calls or ()
    )


def _past_turn(
    kind: str,
    status: str,
    user_text: str,
    text: str,
    heard_text: str,
    tool_calls: Sequence[Json] | None,
    tool_results: Mapping[str, Json],
    error_code: str | None,
    _owner_process: str,
) -> PastTurn:
    return PastTurn(
        kind=TurnKind(kind),
        status=TurnStatus(status),
        user_text=user_text,
        text=text,
        heard_text=text if heard_text == text else heard_text,
        is_too_long=error_code == Code.ANSWER_TOO_LONG,
        tool_calls=tool_calls_of(tool_calls),
        tool_results={call_id: result["output"] for call_id, result in tool_results.items()},
    )


def _keep(conversation_id: str, kept: _Kept) -> None:
    _kept.put(conversation_id, kept, size=kept.chars)


def _chars(turn: PastTurn) -> int:
    unheard = "" if turn.heard_text is turn.text else turn.heard_text
    texts = (turn.user_text, turn.text, unheard, *turn.tool_results.values())
    calls = sum(len(call.arguments) + len(call.extra) for call in turn.tool_calls)
    return sum(map(len, texts)) + calls
