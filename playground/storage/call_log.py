"""Keeps what lists and the home page tell of a conversation in step with its turns: in the transaction of a turn's end.

A wait's row is made anew from the rows of its turns whenever one of them ends, so that an end which replaces another
(an orphan's owner that lives) counts once. The numbers themselves are those of `playground.engine.wait_numbers`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from django.db.models import BooleanField, F, IntegerField, QuerySet
from django.db.models.constants import OnConflict
from django.db.models.functions import Cast

from playground.engine.call_summary import SUMMED, summed
from playground.engine.drawn_turn import drawn_turn
from playground.engine.json_types import Json
from playground.engine.slot_counts import Counts, changed, counts_of, slot_of
from playground.engine.wait_numbers import TURN_FIELDS, StoredTurn, WaitNumbers, wait_of, waits_in
from playground.models import CallersWait, Conversation, ConversationSummary, DrawnWait, PersonaCounts, Turn
from playground.storage.prepared import PreparedInsert, PreparedSelect, PreparedUpdate, parameter

TURNS_OF_A_WAIT = 60
"""More than a persona may have tool rounds."""

_OF_CONVERSATION = ("owner_id", "stand_in", "properties", "persona_version__persona_ref")
_TURNS_FROM = PreparedSelect(
    lambda: (
        Turn.objects.filter(
            conversation__turns=parameter(Turn, "id"), position__gte=F("conversation__turns__position")
        )
        .order_by("position")
        .values_list(
            *TURN_FIELDS, "conversation_id", *(f"conversation__{name}" for name in _OF_CONVERSATION)
        )[:TURNS_OF_A_WAIT]
    )
)
"""A turn and those after it in its conversation, each with what their counts need of that."""


def _waits_at() -> QuerySet[CallersWait]:
    return CallersWait.objects.order_by().filter(
        conversation=parameter(CallersWait, "conversation"), position=parameter(CallersWait, "position")
    )


_COUNTED = PreparedSelect(lambda: _waits_at().values_list("counted"))
_INSERT_NEW_WAIT = PreparedInsert(CallersWait, on_conflict=OnConflict.IGNORE)
_NUMBERS = tuple(each.name for each in fields(WaitNumbers))
_UPDATE_WAIT = PreparedUpdate(_waits_at, (*_NUMBERS, "counted"))


def _as_number(name: str) -> str | Cast:
    """Return the column, a truth value as 0 or 1: Django would convert it by a call for each row of SQLite."""
    is_truth_value = isinstance(CallersWait._meta.get_field(name), BooleanField)
    return Cast(name, IntegerField()) if is_truth_value else name


_WAITS = PreparedSelect(
    lambda: (
        CallersWait.objects.order_by()
        .filter(conversation=parameter(CallersWait, "conversation"))
        .values_list(*map(_as_number, SUMMED))
    )
)
_SUMMARISE = PreparedUpdate(
    lambda: ConversationSummary.objects.filter(pk=parameter(ConversationSummary, "conversation")),
    (*summed([]), "last_turn_at"),
)
_DRAW = PreparedUpdate(lambda: DrawnWait.objects.filter(pk=parameter(DrawnWait, "conversation")), ["turns"])
_INSERT_DRAWN = PreparedInsert(DrawnWait)
_COUNTS = PreparedSelect(
    lambda: (
        PersonaCounts.objects.select_for_update()
        .filter(
            owner=parameter(PersonaCounts, "owner"),
            persona_ref=parameter(PersonaCounts, "persona_ref"),
            slot=parameter(PersonaCounts, "slot"),
        )
        .values_list("pk", "counts")
    )
)
_SET_COUNTS = PreparedUpdate(
    lambda: PersonaCounts.objects.filter(pk=parameter(PersonaCounts, "id")), ["counts"]
)


@dataclass(frozen=True, slots=True)
class CountsChange:
    """How the counts of a slot change: what a wait added to it before, and what it adds now."""

    owner_id: int
    persona_ref: str
    slot: datetime
    removed: Counts
    added: Counts

    @property
    def key(self) -> tuple[int, str, datetime]:
        return self.owner_id, self.persona_ref, self.slot


def note_closed(turn_id: str) -> list[CountsChange]:
    """Store the wait of a turn that has just been stored as closed, and its conversation's summary.

    The conversation's row is locked before. What is returned belongs in `store_counts`, at the end of the transaction.
    """
    conversation, rows = _turns_from(turn_id)
    if rows[0]["continues_id"] is not None:
        conversation, rows = _turns_from(_first_of_wait(conversation.conversation_id, rows[0]))
    waits = waits_in(rows)
    if not waits:
        return []
    numbers = wait_of(waits[0])
    counted = dict(counts_of(numbers, is_stand_in=conversation.stand_in, properties=conversation.properties))
    before = _store_wait(conversation, numbers, counted)
    _summarise(conversation.conversation_id, waits[-1])
    if before == counted:
        return []
    slot = slot_of(numbers.began_at)
    return [CountsChange(conversation.owner_id, conversation.persona_ref, slot, before, counted)]


def log_anew(conversation_id: str) -> None:
    """Store the waits and the summary of a conversation whose turns were copied; they count in no slot."""
    owning = Conversation.objects.filter(pk=conversation_id).values_list(*_OF_CONVERSATION)
    conversation = _CountedConversation(conversation_id, *owning.get())
    rows = Turn.objects.filter(conversation=conversation_id).order_by("position")
    waits = waits_in(rows.values(*TURN_FIELDS))
    for turns in waits:
        _store_wait(conversation, wait_of(turns), counted={})
    if waits:
        _summarise(conversation_id, waits[-1])


def store_counts(changes: Iterable[CountsChange]) -> None:
    """Store what waits add to their slots: locked in one order, behind all conversations, so that no two wait for
    each other.
    """
    for key, of_slot in groupby(sorted(changes, key=attrgetter("key")), key=attrgetter("key")):
        pk, counts = _locked_counts(*key)
        for change in of_slot:
            counts = changed(counts, added=change.added, removed=change.removed)
        _SET_COUNTS(id=pk, counts=counts)


def _locked_counts(owner_id: int, persona_ref: str, slot: datetime) -> tuple[int, Counts]:
    """Return the key and the counts of a slot's row, locked; made if there is none."""
    stored = _COUNTS.first(owner=owner_id, persona_ref=persona_ref, slot=slot)
    if stored is not None:
        pk, counts = stored
        return pk, counts
    rows = PersonaCounts.objects.select_for_update()
    row, _made = rows.get_or_create(owner_id=owner_id, persona_ref=persona_ref, slot=slot)
    return row.pk, row.counts


@dataclass(frozen=True, slots=True)
class _CountedConversation:
    """A conversation's values on which the counts of its waits depend."""

    conversation_id: str
    owner_id: int
    stand_in: bool
    properties: Json
    persona_ref: str


def _turns_from(turn_id: str) -> tuple[_CountedConversation, list[Json]]:
    """Return a turn and those after it, by the names of their fields, and their conversation."""
    rows = _TURNS_FROM(id=turn_id)
    fields_of_turn = len(TURN_FIELDS)
    conversation = _CountedConversation(*rows[0][fields_of_turn:])
    return conversation, [dict(zip(TURN_FIELDS, row, strict=False)) for row in rows]


def _first_of_wait(conversation_id: str, turn: Json) -> str:
    """Return the id of the first turn of the wait in which this one continues another."""
    first: str = turn["pk"]
    following = turn["continues_id"]
    before = Turn.objects.filter(conversation=conversation_id, position__lt=turn["position"])
    earlier = before.order_by("-position").values_list("pk", "kind", "continues_id")
    for pk, kind, continues_id in earlier[:TURNS_OF_A_WAIT]:
        if pk != following:
            break
        first = pk
        if kind != Turn.Kind.CONTINUATION or continues_id is None:
            break
        following = continues_id
    return first


def _store_wait(conversation: _CountedConversation, numbers: WaitNumbers, counted: Counts) -> Counts:
    """Store the wait, and return what it counted before."""
    values = {name: getattr(numbers, name) for name in _NUMBERS} | {"counted": counted}
    of_conversation = {"conversation_id": conversation.conversation_id, "owner_id": conversation.owner_id}
    if _INSERT_NEW_WAIT(**of_conversation, **values):
        return {}
    at = {"conversation": conversation.conversation_id, "position": numbers.position}
    counted_before: Counts
    ((counted_before,),) = _COUNTED(**at)
    _UPDATE_WAIT(**at | values)
    return counted_before


def _summarise(conversation_id: str, last: Sequence[StoredTurn]) -> None:
    sums = summed(_WAITS(conversation=conversation_id))
    _SUMMARISE(conversation=conversation_id, **sums, last_turn_at=last[-1].row["created_at"])
    drawn = [drawn_turn(turn) for turn in last]
    if not _DRAW(conversation=conversation_id, turns=drawn):
        _INSERT_DRAWN(conversation_id=conversation_id, turns=drawn)
