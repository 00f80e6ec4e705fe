"""The past turns of conversations: kept between turns, so that a start reads only those that are new."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from playground.engine.errors.codes import Code
from playground.engine.events import ToolCall, TurnKind, TurnStatus
from playground.engine.history import PastTurn
from playground.engine.json_types import Json
from playground.models import Conversation, Turn
from playground.storage.bounded_cache import BoundedCache
from playground.storage.prepared import Parameter, PreparedSelect, Row, parameter

KEPT_CONVERSATIONS = 256
KEPT_CHARS = 8 * 1024 * 1024
"""The most characters of the kept conversations' turns."""
TURN_CHARS = 320
"""What a kept turn takes besides its texts, as characters."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """The turns before ``position``, and the ``last_seq`` that this process has left in the conversation's row."""

    last_seq: int
    position: int = 0
    turns: tuple[PastTurn, ...] = ()
    chars: int = 0
    """Of the turns' texts."""
    newest_id: str = ""
    """Of the last of the turns."""
    unsettled_ids: tuple[str, ...] = ()
    """Of those that were closed for their owners: one that lives has the last word, and then leaves no owner."""

    def are_settled(self) -> bool:
        """Whether no owner has had the last word since: a question to the database for each, and there are few."""
        return all(_STILL_OWNED.first(id=turn_id) for turn_id in self.unsettled_ids)

    def is_followed_by(self, rows: Sequence[Row]) -> bool:
        """Whether these rows of later turns go on where the kept ones end: the first of them names its parent."""
        return not self.turns or (bool(rows) and rows[0][_PARENT] == self.newest_id)


_ID, _PARENT, _OWNER = range(3)
"""The first columns; those of a past turn follow."""
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
            "id",
            "parent_id",
            "owner_process",
            "kind",
            "status",
            "user_text",
            "text",
            "heard_text",
            "timeline__tool_calls",
            "tool_results",
            "error__code",
        )
    )
)

_STILL_OWNED = PreparedSelect(
    lambda: Turn.objects.filter(pk=parameter(Turn, "id")).exclude(owner_process="").values_list("id")
)

_kept: BoundedCache[str, _Kept] = BoundedCache(entries=KEPT_CONVERSATIONS, size=KEPT_CHARS)


def past_turns(conversation: Conversation, *, before: int) -> Sequence[PastTurn]:
    """Return the closed turns before the position of a turn that is about to start.

    Those before the newest are superseded, and so no longer change. They are kept while ``last_seq`` is as this
    process left it: another process that runs a turn increases it. Beneath a database that was restored others may
    have led there, so the turn after them has to name the last of them as its parent.
    """
    kept = _kept.get(conversation.pk)
    if (
        kept is None
        or kept.last_seq != conversation.last_seq
        or kept.position > before
        or not kept.are_settled()
    ):
        kept = _Kept(conversation.last_seq)
    rows = _BETWEEN(conversation=conversation.pk, first=kept.position, before=before)
    if not kept.is_followed_by(rows):
        kept = _Kept(conversation.last_seq)
        rows = _BETWEEN(conversation=conversation.pk, first=kept.position, before=before)
    new = [_past_turn(row) for row in rows]
    turns, chars = (*kept.turns, *new), kept.chars + sum(map(_chars, new))
    newest_id = rows[-1][_ID] if rows else ""
    unsettled_ids = (*kept.unsettled_ids, *(row[_ID] for row in rows if row[_OWNER]))
    _keep(conversation.pk, _Kept(conversation.last_seq, before, turns, chars, newest_id, unsettled_ids))
    return turns


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
    return [_past_turn(row) for row in _BETWEEN(conversation=conversation_id, first=first, before=before)]


def tool_calls_of(calls: Sequence[Json] | None) -> tuple[ToolCall, ...]:
    """Return a stored turn's calls from its timeline."""
    return tuple(
        ToolCall(
            call["id"], call["name"], call["arguments"], valid=call["valid"], extra=call.get("extra", "")
        )
        for call in calls or ()
    )


def _past_turn(row: Row) -> PastTurn:
    kind, status, user_text, text, heard_text, tool_calls, tool_results, error_code = row[_OWNER + 1 :]
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
    texts = (turn.user_text, turn.text, unheard, *turn.tool_results, *turn.tool_results.values())
    calls = sum(len(call.id + call.name + call.arguments + call.extra) for call in turn.tool_calls)
    return TURN_CHARS + sum(map(len, texts)) + calls
