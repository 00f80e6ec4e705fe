"""The call log's rows: in step with every end of a turn, whoever stores it, and with those of before."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.apps import apps
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from playground.models import CallersWait, Conversation, ConversationSummary, DrawnWait, PersonaCounts, Turn
from playground.storage.call_log import note_closed, store_counts
from playground.storage.leases import PROCESS_ID, close_failed_turn, close_left_turns, close_orphaned_turns
from playground.storage.record_writer import _store_all
from playground.storage.turn_rows import TurnRow
from tests.playground.rehearsals import make_conversation, running, watch
from tests.playground.scripted_llm import DONE, text
from tests.playground.stored_turns import make_turn

migration = import_module("playground.migrations.0016_summaries_of_old_conversations")


def numbers_of(conversation: Conversation) -> tuple[int, int, int, int]:
    summary = ConversationSummary.objects.get(pk=conversation.pk)
    return summary.turns, summary.first_audio_ms, summary.failed, summary.interrupted


def open_turn(conversation: Conversation, **fields: object) -> Turn:
    return Turn.objects.create(
        **{
            "conversation": conversation,
            "position": 0,
            "status": Turn.Status.STREAMING,
            "owner_process": "dead",
            "lease_until": timezone.now() - timedelta(seconds=9),
        }
        | fields
    )


def counts() -> list[dict[str, int]]:
    return list(PersonaCounts.objects.values_list("counts", flat=True))


def test_a_conversation_has_a_summary_from_its_start_on(user: User) -> None:
    conversation = make_conversation(user)
    assert numbers_of(conversation) == (0, -1, 0, 0)
    assert conversation.summary.platform == "tavus"


def test_each_end_counts_in_the_summary_and_the_slot(user: User) -> None:
    conversation = make_conversation(user, properties={})
    make_turn(conversation, 0, first_audio_ms=300)
    make_turn(conversation, 1, first_audio_ms=500, status=Turn.Status.INTERRUPTED)
    make_turn(conversation, 2, status=Turn.Status.FAILED, error={"code": "stalled", "message": "It stalled."})
    assert numbers_of(conversation) == (3, 400, 1, 1)
    assert counts() == [{"turns": 3, "failed": 1, "error:stalled": 1, "audio:300": 1, "audio:500": 1}]
    assert DrawnWait.objects.get().turns[0]["status"] == "failed"


def test_an_end_that_replaces_another_counts_once(user: User) -> None:
    conversation = make_conversation(user, properties={})
    turn = open_turn(conversation, owner_process=PROCESS_ID)
    (orphan,) = close_orphaned_turns()
    assert numbers_of(conversation) == (1, -1, 0, 1)
    values = {
        "status": "completed",
        "error": None,
        "closed_at": timezone.now(),
        "timings": {"first_audio": 70},
    }
    assert _store_all([TurnRow(turn.pk, conversation.pk, values, orphan.last_seq + 9)]) == []
    assert numbers_of(conversation) == (1, 70, 0, 0)
    assert counts() == [{"turns": 1, "audio:70": 1}]


@pytest.mark.parametrize("close", [close_left_turns, lambda: close_failed_turn(Turn.objects.get().pk)])
def test_turns_that_others_close_count_too(user: User, close: object) -> None:
    conversation = make_conversation(user)
    open_turn(conversation)
    assert callable(close)
    close()
    assert numbers_of(conversation)[0] == 1


def test_a_tool_round_is_one_wait_whichever_of_its_turns_ends(user: User) -> None:
    conversation = make_conversation(user)
    first = make_turn(conversation, 0)
    make_turn(conversation, 1, kind=Turn.Kind.CONTINUATION, continues=first, first_audio_ms=90)
    assert list(CallersWait.objects.values_list("position", "turns")) == [(0, 2)]
    with transaction.atomic():
        store_counts(note_closed(first.pk))
    assert list(CallersWait.objects.values_list("position", "turns")) == [(0, 2)]
    assert counts() == [{"turns": 2}]


def test_a_stand_in_counts_in_no_slot(user: User) -> None:
    make_turn(make_conversation(user, stand_in=True), 0)
    assert counts() == []


def test_what_was_stored_before_is_summarised_as_if_it_were_new(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        conversation = make_conversation(user, properties={})
        first = make_turn(conversation, 0, first_audio_ms=300 + number)
        make_turn(conversation, 1, kind=Turn.Kind.CONTINUATION, continues=first, text="Hi")
    make_conversation(user)
    models = (CallersWait, ConversationSummary, DrawnWait, PersonaCounts)

    def stored() -> list[list[dict[str, object]]]:
        rows: list[list[Any]] = [list(model.objects.values()) for model in models]
        without_ids = [[{name: row[name] for name in row if name != "id"} for row in each] for each in rows]
        return [sorted(each, key=str) for each in without_ids]

    before = stored()
    for model in models:
        model.objects.all().delete()
    monkeypatch.setattr(migration, "CONVERSATIONS_AT_ONCE", 2)
    migration.summarise(apps, None)
    assert stored() == before


@pytest.mark.django_db(transaction=True)
async def test_a_turn_that_was_talked_is_in_the_log(user: User) -> None:
    conversation = await sync_to_async(make_conversation)(user)
    async with running([text("Hello there."), DONE]) as runner:
        watcher = watch(runner, conversation)
        await runner.respond(conversation.pk, "Hi")
        await watcher.until_closed()
    wait = await CallersWait.objects.aget()
    assert wait.text == "Hi\nHello there."
    summary = await ConversationSummary.objects.aget()
    assert (summary.turns, summary.first_audio_ms) == (1, wait.first_audio_ms)
