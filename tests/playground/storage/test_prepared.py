"""Prepared statements read and write what the ORM would, and have their SQL written once."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import Q
from django.db.models.constants import OnConflict
from django.utils import timezone

from personas.ids import new_turn_id
from playground.models import Conversation, Turn
from playground.storage.prepared import PreparedInsert, PreparedSelect, PreparedUpdate, parameter
from tests.playground.rehearsals import make_conversation

TIMELINE = {"tool_calls": [{"id": "call_1", "n": 1e20}], "notes": ["Ünï\u2028"]}
FIELDS = (
    "id",
    "text",
    "timeline",
    "timeline__tool_calls",
    "error",
    "error__code",
    "created_at",
    "lease_until",
)


@pytest.fixture
def conversation(user: User) -> Conversation:
    return make_conversation(user)


def make_turn(conversation: Conversation, position: int, **values: Any) -> Turn:
    return Turn(conversation=conversation, position=position, **values)


def test_a_select_returns_what_the_orm_does(conversation: Conversation) -> None:
    make_turn(conversation, 0, text="a", timeline=TIMELINE, lease_until=timezone.now()).save()
    make_turn(conversation, 1, status=Turn.Status.FAILED, error={"code": "stalled"}).save()
    asked: list[bool] = []

    def queryset() -> Any:
        asked.append(True)
        return Turn.objects.filter(conversation=parameter(Turn, "conversation")).values_list(*FIELDS)

    select = PreparedSelect(queryset)
    expected = list(Turn.objects.filter(conversation=conversation).values_list(*FIELDS))
    assert select(conversation=conversation.pk) == expected
    assert select.first(conversation=conversation.pk) == expected[0]
    assert select.first(conversation="c00000000000") is None
    assert len(asked) == 1


def test_an_insert_stores_what_save_does(conversation: Conversation) -> None:
    values = {"text": "b", "timeline": TIMELINE, "error": None, "lease_until": timezone.now()}
    make_turn(conversation, 0, status=Turn.Status.COMPLETED, **values).save()
    insert = PreparedInsert(Turn)
    assert insert(conversation_id=conversation.pk, position=1, status=Turn.Status.COMPLETED, **values) == 1
    names = {each.attname for each in Turn._meta.concrete_fields} - {"id", "position", "created_at"}
    saved, prepared = Turn.objects.order_by("position").values_list(*names)
    assert prepared == saved
    assert Turn.objects.filter(error__isnull=True).count() == 2
    assert Turn.objects.filter(created_at__isnull=False).count() == 2


def test_an_insert_over_a_row_is_told_apart(conversation: Conversation) -> None:
    insert = PreparedInsert(Turn, on_conflict=OnConflict.IGNORE)
    values = {"conversation_id": conversation.pk, "position": 0, "status": Turn.Status.COMPLETED}
    assert [insert(**values, text=text) for text in ("first", "second")] == [1, 0]
    assert Turn.objects.get().text == "first"


def test_an_update_changes_what_the_queryset_holds_and_counts_it(conversation: Conversation) -> None:
    open_turn, closed = make_turn(conversation, 0), make_turn(conversation, 1, status=Turn.Status.COMPLETED)
    open_turn.save()
    closed.save()
    update = PreparedUpdate(
        lambda: Turn.objects.filter(Q(pk=parameter(Turn, "id")), status__in=Turn.OPEN),
        ["text", "timeline", "error", "closed_at"],
    )
    values = {"text": "c", "timeline": TIMELINE, "error": None, "closed_at": timezone.now()}
    assert update(id=open_turn.pk, **values) == 1
    assert update(id=closed.pk, **values) == 0
    assert update(id=new_turn_id(), **values) == 0
    open_turn.refresh_from_db()
    assert {name: getattr(open_turn, name) for name in values} == values
