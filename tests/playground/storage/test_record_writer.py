"""The one writer: what it is given is stored in order, and what the database refuses keeps nothing else back."""

import asyncio
import threading
from collections.abc import Sequence

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth.models import User
from django.db import OperationalError

from playground.engine.json_types import Json
from playground.models import Conversation, Turn
from playground.storage import record_writer
from playground.storage.record_writer import Backlog, Recorder
from playground.storage.turn_rows import TurnRow, storable
from tests.playground.rehearsals import DEADLINE_S, make_conversation

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def conversation(transactional_db: None, admin_user: User) -> Conversation:
    return make_conversation(admin_user)


def open_turn(conversation: Conversation, position: int) -> Turn:
    """Return an open turn; the rule of one open turn a conversation is not what is tested here."""
    other = make_conversation(conversation.owner)
    return Turn.objects.create(conversation=other, position=position, status=Turn.Status.STREAMING)


async def test_a_row_that_the_database_refuses_keeps_no_other_back(conversation: Conversation) -> None:
    good = await database_sync_to_async(open_turn)(conversation, 0)
    bad = await database_sync_to_async(open_turn)(conversation, 1)
    recorder = Recorder()
    recorder.save(TurnRow(bad.pk, bad.conversation_id, {"first_audio_ms": -1}, last_seq=1))
    stored = await recorder.save_now(TurnRow(good.pk, good.conversation_id, {"text": "Hello."}, last_seq=1))
    assert recorder.stop(DEADLINE_S)
    await good.arefresh_from_db()
    await bad.arefresh_from_db()
    assert stored
    assert good.text == "Hello."
    assert bad.first_audio_ms is None


async def test_of_several_rows_of_a_turn_the_newest_is_stored(conversation: Conversation) -> None:
    turn = await database_sync_to_async(open_turn)(conversation, 0)
    recorder = Recorder()
    for text in ("He", "Hel", "Hello."):
        recorder.save(TurnRow(turn.pk, turn.conversation_id, {"text": text}, last_seq=1))
    assert recorder.stop(DEADLINE_S)
    await turn.arefresh_from_db()
    assert turn.text == "Hello."


async def test_what_waits_is_stored_before_the_writer_stops(conversation: Conversation) -> None:
    turn = await database_sync_to_async(open_turn)(conversation, 0)
    recorder = Recorder()
    recorder.save(TurnRow(turn.pk, turn.conversation_id, {"text": "Hello."}, last_seq=7))
    assert recorder.stop(DEADLINE_S)
    stored = await Conversation.objects.aget(pk=turn.conversation_id)
    assert stored.last_seq == 7


async def test_a_writer_that_stops_tries_again_until_its_time_is_over(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = await database_sync_to_async(open_turn)(conversation, 0)
    store_all = record_writer._store_all
    attempts = []

    def refuse_once(rows: Sequence[TurnRow]) -> list[TurnRow]:
        attempts.append(rows)
        if len(attempts) == 1:
            raise OperationalError
        return store_all(rows)

    monkeypatch.setattr(record_writer, "RETRY_S", 0.01)
    monkeypatch.setattr(record_writer, "_store_all", refuse_once)
    recorder = Recorder()
    recorder.save(TurnRow(turn.pk, turn.conversation_id, {"text": "Hello."}, last_seq=7))
    assert recorder.stop(DEADLINE_S)
    await turn.arefresh_from_db()
    assert turn.text == "Hello."


async def test_a_writer_whose_backlog_nobody_takes_stores_it(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = await database_sync_to_async(open_turn)(conversation, 0)
    refused = threading.Event()

    def refuse_to_hear(backlog: Backlog | None) -> None:
        if backlog is not None:
            refused.set()
            raise RuntimeError

    monkeypatch.setattr(record_writer, "RETRY_S", 0.01)
    recorder = Recorder(refuse_to_hear)
    with monkeypatch.context() as broken:
        broken.setattr(record_writer, "_store_all", refuse)
        recorder.save(TurnRow(turn.pk, turn.conversation_id, {"text": "Hello."}, last_seq=7))
        assert refused.wait(DEADLINE_S)
    assert recorder.stop(DEADLINE_S)
    await turn.arefresh_from_db()
    assert turn.text == "Hello."


async def test_a_turn_that_was_closed_elsewhere_stays_closed(conversation: Conversation) -> None:
    turn = await database_sync_to_async(open_turn)(conversation, 0)
    await Turn.objects.filter(pk=turn.pk).aupdate(status=Turn.Status.INTERRUPTED, text="Half")
    recorder = Recorder()
    await recorder.save_now(TurnRow(turn.pk, turn.conversation_id, {"text": "Late"}, last_seq=1))
    assert recorder.stop(DEADLINE_S)
    await turn.arefresh_from_db()
    assert turn.text == "Half"


async def test_the_age_of_the_oldest_unstored_row_is_known(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = [100.0]
    monkeypatch.setattr("playground.storage.record_writer.time.monotonic", lambda: now_s[0])
    first = await database_sync_to_async(open_turn)(conversation, 0)
    second = await database_sync_to_async(open_turn)(conversation, 1)
    recorder = Recorder()
    assert recorder.lag_s == 0
    with monkeypatch.context() as broken:
        broken.setattr(record_writer, "_store_all", refuse)
        recorder.save(TurnRow(first.pk, first.conversation_id, {"text": "He"}, last_seq=1))
        now_s[0] = 130.0
        recorder.save(TurnRow(second.pk, second.conversation_id, {"text": "Hello."}, last_seq=1))
        assert recorder.lag_s == 30
    assert recorder.stop(DEADLINE_S)
    assert recorder.lag_s == 0


def refuse(rows: object) -> None:
    raise OperationalError


def test_nul_characters_are_replaced_wherever_they_stand() -> None:
    assert storable({"a\0": ["b\0", ("c", 1, None)]}) == {"a\ufffd": ["b\ufffd", ["c", 1, None]]}
    assert storable(["\ud800", 2**70]) == ["\ufffd", 2**70]
    assert storable({"a": r"\u0000"}) == {"a": r"\u0000"}


async def test_a_row_nested_too_deeply_ends_no_writer_that_can_store_nothing(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    nested: Json = {}
    for _ in range(5_000):
        nested = {"in": nested}
    turn = await database_sync_to_async(open_turn)(conversation, 0)
    failed = threading.Event()
    recorder = Recorder(lambda backlog: failed.set() if backlog else None)
    store_all = record_writer._store_all

    def refuse_once(rows: Sequence[TurnRow]) -> list[TurnRow]:
        monkeypatch.setattr(record_writer, "_store_all", store_all)
        raise OperationalError

    monkeypatch.setattr(record_writer, "_store_all", refuse_once)
    recorder.save(TurnRow("deep", turn.conversation_id, {"timeline": nested}, last_seq=1))
    assert await asyncio.to_thread(failed.wait, 5)
    recorder.save(TurnRow("deep", turn.conversation_id, {"status": "streaming"}, last_seq=1))
    assert await recorder.save_now(TurnRow(turn.pk, turn.conversation_id, {"text": "Hello."}, last_seq=1))
    assert recorder.stop(DEADLINE_S)
