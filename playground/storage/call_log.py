"""Keeps what lists and the home page tell of a conversation in step with its turns: in the transaction of a turn's end.

A wait's row is made anew from the rows of its turns whenever one of them ends, so that an end which replaces another
(an orphan's owner that lives) counts once. The numbers themselves are those of `playground.engine.wait_numbers`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from playground.engine.call_summary import SUMMED, summed
from playground.engine.drawn_turn import drawn_turn
from playground.engine.json_types import Json
from playground.engine.slot_counts import Counts, changed, counts_of, slot_of
from playground.engine.wait_numbers import TURN_FIELDS, StoredTurn, WaitNumbers, wait_of, waits_in
from playground.models import CallersWait, Conversation, ConversationSummary, DrawnWait, PersonaCounts, Turn

TURNS_OF_A_WAIT = 60
"""More than a persona may have tool rounds."""


@dataclass(frozen=True, slots=True)
class CountsChange:
    """How the counts of a slot change: what a wait added to it before, and what it adds now."""

    owner_id: int
    persona_ref: str
    slot: datetime
    taken: Counts
    added: Counts

    @property
    def key(self) -> tuple[int, str, datetime]:
        return self.owner_id, self.persona_ref, self.slot


def note_closed(turn_id: str) -> list[CountsChange]:
    """Store the wait of a turn that has just been stored as closed, and its conversation's summary.

    The conversation's row is locked before. What is returned belongs in `store_counts`, at the end of the transaction.
    """
    turn = Turn.objects.values("conversation_id", "position", "kind", "continues_id").get(pk=turn_id)
    conversation = _counted(turn["conversation_id"])
    rows = _rows_from(turn["conversation_id"], _first_position(turn))
    waits = waits_in(rows)
    if not waits:
        return []
    numbers = wait_of(waits[0])
    counted = dict(counts_of(numbers, is_stand_in=conversation.stand_in, properties=conversation.properties))
    before = _store_wait(conversation, numbers, counted)
    _summarise(conversation.pk, waits[-1])
    if before == counted:
        return []
    persona_ref = conversation.persona_version.persona_ref
    return [CountsChange(conversation.owner_id, persona_ref, slot_of(numbers.began_at), before, counted)]


def log_anew(conversation_id: str) -> None:
    """Store the waits and the summary of a conversation whose turns were copied; they count in no slot."""
    conversation = _counted(conversation_id)
    waits = waits_in(conversation.turns.order_by("position").values(*TURN_FIELDS))
    for turns in waits:
        _store_wait(conversation, wait_of(turns), counted={})
    if waits:
        _summarise(conversation_id, waits[-1])


def store_counts(changes: Iterable[CountsChange]) -> None:
    """Store what waits add to their slots: locked in one order, behind all conversations, so that no two wait for
    each other.
    """
    for (owner_id, persona_ref, slot), of_slot in groupby(
        sorted(changes, key=attrgetter("key")), key=attrgetter("key")
    ):
        rows = PersonaCounts.objects.select_for_update()
        row, _made = rows.get_or_create(owner_id=owner_id, persona_ref=persona_ref, slot=slot)
        for change in of_slot:
            row.counts = changed(row.counts, added=change.added, taken=change.taken)
        row.save(update_fields=["counts"])


def _counted(conversation_id: str) -> Conversation:
    columns = ("owner_id", "stand_in", "properties", "persona_version__persona_ref")
    return Conversation.objects.select_related("persona_version").only(*columns).get(pk=conversation_id)


def _first_position(turn: Mapping[str, Any]) -> int:
    """Return the position of the first turn of the turn's wait."""
    position: int = turn["position"]
    if turn["continues_id"] is None:
        return position
    before = Turn.objects.filter(conversation=turn["conversation_id"], position__lt=position)
    following = turn["continues_id"]
    earlier = before.order_by("-position").values_list("pk", "position", "kind", "continues_id")
    for pk, at, kind, continues_id in earlier[:TURNS_OF_A_WAIT]:
        if pk != following:
            break
        position = at
        if kind != Turn.Kind.CONTINUATION or continues_id is None:
            break
        following = continues_id
    return position


def _rows_from(conversation_id: str, position: int) -> list[Json]:
    turns = Turn.objects.filter(conversation=conversation_id, position__gte=position).order_by("position")
    return list(turns.values(*TURN_FIELDS)[:TURNS_OF_A_WAIT])


def _store_wait(conversation: Conversation, numbers: WaitNumbers, counted: Counts) -> Counts:
    """Store the wait, and return what it counted before."""
    stored = CallersWait.objects.filter(conversation=conversation, position=numbers.position)
    before: Counts | None = stored.values_list("counted", flat=True).first()
    values = asdict(numbers) | {"counted": counted}
    if before is None:
        CallersWait.objects.create(conversation=conversation, owner_id=conversation.owner_id, **values)
    else:
        stored.update(**values)
    return before or {}


def _summarise(conversation_id: str, last: Sequence[StoredTurn]) -> None:
    rows = CallersWait.objects.filter(conversation=conversation_id).order_by().values(*SUMMED)
    summary = ConversationSummary.objects.filter(pk=conversation_id)
    summary.update(**summed(list(rows)), last_turn_at=last[-1].row["created_at"])
    drawn = [drawn_turn(turn) for turn in last]
    if not DrawnWait.objects.filter(pk=conversation_id).update(turns=drawn):
        DrawnWait.objects.create(conversation_id=conversation_id, turns=drawn)
