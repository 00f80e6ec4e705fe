"""What waits for a viewer is bounded, in bytes and in time, and one snapshot is made at a time."""

import asyncio
import logging
from typing import Any

import orjson
import pytest
from channels.db import database_sync_to_async
from django.contrib.auth.models import User
from django.db import OperationalError

from playground.engine.json_text import KeptJson, json_bytes
from playground.engine.json_types import Json
from playground.models import Turn
from playground.realtime import consumer, frame_sender, hub, snapshot_sender
from playground.realtime.close_codes import CloseCode
from playground.realtime.frames import FRAME_BYTES, frames
from playground.realtime.hub import Viewer
from playground.realtime.snapshot_sender import PART_BYTES, SnapshotSender
from playground.runner import runner
from playground.storage.snapshot import load_turns_before, parts
from tests.playground.own_sockets import opened
from tests.playground.rehearsals import DEADLINE_S, make_conversation, running


def event(seq: int, event_type: str = "playground.note", **properties: Any) -> Json:
    return {"event_type": event_type, "inference_id": "i", "seq": seq, "properties": properties}


class TestFrames:
    def test_hold_as_many_events_as_fit_in_order(self) -> None:
        events = [event(seq, note="x" * 1_000) for seq in range(200)]
        made = list(frames(map(json_bytes, events)))
        assert [framed_event for frame in made for framed_event in orjson.loads(frame)] == events
        assert max(map(len, made)) <= FRAME_BYTES
        assert len(made) == 4

    def test_a_larger_event_goes_alone(self) -> None:
        small, large = event(1, note="x"), event(2, note="x" * FRAME_BYTES)
        assert [orjson.loads(frame) for frame in frames(map(json_bytes, [small, small, large, small]))] == [
            [small, small], large, small,
        ]  # fmt: skip

    @pytest.mark.parametrize("value", [10**30, "\ud83d", [[[[]]]]])
    def test_any_value_of_python_is_sent(self, value: object) -> None:
        for _ in range(300):
            value = [value]
        (frame,) = frames([json_bytes(event(1, value=value))])
        assert frame.startswith("{")


class TestParts:
    def test_are_the_newest_first_and_each_is_in_order(self) -> None:
        turns = [{"turn_idx": number, "text": "x" * (PART_BYTES // 3)} for number in range(5)]
        assert [[turn["turn_idx"] for turn in part] for part in parts(turns, PART_BYTES)] == [
            [3, 4],
            [1, 2],
            [0],
        ]

    def test_a_larger_turn_is_one_of_its_own(self) -> None:
        turns = [
            {"turn_idx": number, "text": "x" * (PART_BYTES if number == 1 else 1)} for number in range(3)
        ]
        assert [[turn["turn_idx"] for turn in part] for part in parts(turns, PART_BYTES)] == [[2], [1], [0]]


class TestOutbox:
    async def test_a_viewer_that_takes_nothing_is_let_go_at_its_bytes(self) -> None:
        viewer = Viewer()
        for seq in range(1, 100):
            viewer.put(event(seq, note="x" * (hub.OUTBOX_BYTES // 50)))
        assert viewer.lagged
        assert len(await viewer.take()) < 50

    async def test_text_is_merged_and_counted_in_pieces_of_a_bounded_length(self) -> None:
        viewer = Viewer()
        words = [f"word{number} " for number in range(20_000)]
        for seq, word in enumerate(words, start=1):
            viewer.put(event(seq, "playground.delta", text=word, count=1))
        assert not viewer.lagged
        pieces = [piece["properties"] for piece in await viewer.take()]
        assert "".join(piece["text"] for piece in pieces) == "".join(words)
        assert sum(piece["count"] for piece in pieces) == len(words)
        assert (
            hub.MERGED_CHARS < max(len(piece["text"]) for piece in pieces) < hub.MERGED_CHARS + len(words[-1])
        )

    async def test_what_was_taken_counts_no_more(self) -> None:
        viewer = Viewer()
        for seq in range(1, 10):
            viewer.put(event(seq, note="x" * (hub.OUTBOX_BYTES // 2)))
            await viewer.take()
        assert not viewer.lagged

    async def test_what_is_not_read_waits_as_its_json_and_is_taken_as_it_came(self) -> None:
        viewers = Viewer(), Viewer()
        events = [
            event(seq, "playground.delta" if seq % 3 else "playground.note", text="x") for seq in range(400)
        ]
        for viewer in viewers:
            for each in events:
                viewer.put(KeptJson(each))
        waiting = [each for each in viewers[0]._waiting if not isinstance(each, bytes)]
        assert len(waiting) <= hub.SHELVED_FROM + 2
        encoded, taken = viewers[0].take_encoded(), await viewers[1].take()
        assert list(map(orjson.loads, encoded)) == taken
        assert "".join(each["properties"]["text"] for each in taken) == "x" * 399
        assert [each["seq"] for each in taken] == sorted(each["seq"] for each in taken)

    async def test_one_event_is_never_too_large(self) -> None:
        viewer = Viewer()
        viewer.put(event(1, note="x" * 2 * hub.OUTBOX_BYTES))
        assert not viewer.lagged
        assert len(await viewer.take()) == 1


@pytest.mark.django_db(transaction=True)
async def test_a_viewer_that_reads_nothing_is_let_go(
    conversation: str, key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    never = asyncio.get_running_loop().create_future()

    async def waits_for_ever(*_: object, **__: object) -> None:
        await never

    monkeypatch.setattr(frame_sender, "STALLED_S", 0.02)
    monkeypatch.setattr(frame_sender, "SLOWEST_BYTES_S", 1_000_000)
    monkeypatch.setattr(consumer.ConversationConsumer, "_send_frame", waits_for_ever)
    async with opened(conversation, key) as socket:
        assert await socket.closed_with() == CloseCode.TRY_AGAIN_LATER


@pytest.mark.django_db(transaction=True)
async def test_a_viewer_that_leaves_in_mid_answer_is_no_failure(
    conversation: str,
    key: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    tried = asyncio.Event()

    async def has_left(*_: object, **__: object) -> None:
        tried.set()
        raise ConnectionResetError

    monkeypatch.setattr(consumer.ConversationConsumer, "_send_frame", has_left)
    async with opened(conversation, key), asyncio.timeout(DEADLINE_S):
        await tried.wait()
        for _ in range(20):
            await asyncio.sleep(0)
        assert not runner().hub.is_watched(conversation)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.django_db(transaction=True)
async def test_a_flood_of_resumes_costs_one_snapshot_at_a_time(
    admin_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = await database_sync_to_async(make_conversation)(admin_user)
    under_way, most, made = 0, 0, 0
    load = SnapshotSender._load

    async def counts(self: SnapshotSender) -> Json:
        nonlocal under_way, most, made
        under_way, made = under_way + 1, made + 1
        most = max(most, under_way)
        loaded = await load(self)
        under_way -= 1
        return loaded

    monkeypatch.setattr(snapshot_sender.SnapshotSender, "_load", counts)
    async with running() as runner:
        viewer = await runner.attach(stored.pk)
        shown = SnapshotSender(runner, stored.pk, viewer, on_failure=viewer.until_taken)
        await asyncio.gather(*(shown.show() for _ in range(200)))
        await shown.stop()
        await runner.detach(stored.pk, viewer)
    assert (most, made) == (1, 2)


@pytest.mark.django_db(transaction=True)
async def test_earlier_turns_are_read_as_fast_as_they_are_taken(
    admin_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = await database_sync_to_async(make_conversation)(admin_user)
    await Turn.objects.abulk_create(
        Turn(conversation=stored, position=position, status=Turn.Status.COMPLETED) for position in range(100)
    )
    reads: list[int] = []
    load = load_turns_before

    def counts(conversation_id: str, position: int, *, part_bytes: int) -> list[list[Json]]:
        reads.append(position)
        return load(conversation_id, position, part_bytes=part_bytes)

    monkeypatch.setattr(snapshot_sender, "load_turns_before", counts)
    async with running() as runner:
        viewer = await runner.attach(stored.pk)
        shown = SnapshotSender(runner, stored.pk, viewer, on_failure=viewer.until_taken)
        await shown.show()
        (first,) = [made["properties"] for made in await viewer.take()]
        assert (len(first["turns"]), first["earlier"]) == (20, 80)
        taken, earlier = 1, 80
        async with asyncio.timeout(DEADLINE_S):
            while earlier:
                for part in await viewer.take():
                    taken += 1
                    earlier = part["properties"]["earlier"]
                assert len(reads) <= taken
        await shown.stop()
        await runner.detach(stored.pk, viewer)
    assert reads == [80, 60, 40, 20]


@pytest.mark.django_db(transaction=True)
async def test_a_viewer_that_misses_events_is_shown_them_however_often_the_database_fails_first(
    admin_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = await database_sync_to_async(make_conversation)(admin_user)
    load = SnapshotSender._load
    failures = iter([OperationalError] * (snapshot_sender.SNAPSHOT_TRIES + 1))

    async def fails(self: SnapshotSender) -> Json:
        if failure := next(failures, None):
            raise failure
        return await load(self)

    monkeypatch.setattr(snapshot_sender, "MISSING_S", 0.001)
    monkeypatch.setattr(snapshot_sender, "FAILED_S", 0.001)
    async with running() as runner:
        viewer = await runner.attach(stored.pk)
        shown = SnapshotSender(runner, stored.pk, viewer, on_failure=viewer.until_taken)
        await shown.show()
        await viewer.take()
        monkeypatch.setattr(snapshot_sender.SnapshotSender, "_load", fails)
        runner.hub.show_anew(stored.pk)
        async with asyncio.timeout(DEADLINE_S):
            (snapshot,) = await viewer.take()
        await shown.stop()
        await runner.detach(stored.pk, viewer)
    assert snapshot["event_type"] == "playground.snapshot"
