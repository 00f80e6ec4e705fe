"""Frames stay within their limit. Over a real socket: Daphne and its library enforce frame sizes."""

import asyncio
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from playground.realtime.frame_sender import STALLED_S
from playground.realtime.frames import FRAME_BYTES
from tests.browser.site import Site, rows
from tests.dashboard.attacks.attacking import bystander
from tests.playground.long_conversations import add_turns
from tests.playground.served_api import new_conversation
from tests.playground.socket_client import Client, viewing

MERT = "Mert the Storyteller"
SENTENCES = [
    f"This is sentence {number} of a fast answer, as long as a sentence of a voice is. "
    for number in range(200)
]
PARTS = ("playground.snapshot", "playground.snapshot.turns")


def assert_short(client: Client) -> None:
    """Every frame is one that a page takes in one task, unless a single event is larger."""
    assert [len(frame) for frame in client.frames if len(frame) > FRAME_BYTES and frame.startswith("[")] == []


async def test_a_fast_answer_of_200_sentences_arrives_whole(
    served_site: Site, key: str, cookies: str
) -> None:
    conversation = await asyncio.to_thread(new_conversation, served_site, key, MERT)
    async with viewing(served_site, conversation, cookies) as client:
        await client.until("playground.snapshot")
        await client.send("conversation.echo", text="".join(SENTENCES))
        closed = await client.until_closed()
    sentences = [
        event["properties"] for event in client.events if event["event_type"] == "playground.sentence"
    ]
    assert len(sentences) == len(SENTENCES)
    assert closed["heard_text"].split() == "".join(SENTENCES).split()
    assert sum(map(len, client.frames)) > 2 * FRAME_BYTES
    assert_short(client)


async def test_a_snapshot_of_1000_turns_arrives_newest_first(
    served_site: Site, key: str, cookies: str
) -> None:
    conversation = await asyncio.to_thread(new_conversation, served_site, key, MERT)
    await asyncio.to_thread(add_turns, served_site, conversation, 1_000)
    async with viewing(served_site, conversation, cookies) as client:
        parts = await client.snapshot_parts()
    first = parts[0]
    assert first["turns"][-1]["turn_idx"] == 999
    assert first["earlier"] == 1_000 - len(first["turns"])
    turn_indexes = [turn["turn_idx"] for part in reversed(parts) for turn in part["turns"]]
    assert turn_indexes == list(range(1_000))
    assert {event["seq"] for event in client.events} == {first["seq"]}
    assert_short(client)


async def test_a_conversation_is_talked_in_while_its_earlier_turns_arrive(
    served_site: Site, key: str, cookies: str
) -> None:
    conversation = await asyncio.to_thread(new_conversation, served_site, key, MERT)
    await asyncio.to_thread(add_turns, served_site, conversation, 1_000)
    async with viewing(served_site, conversation, cookies) as client:
        await client.until("playground.snapshot")
        await client.send("conversation.respond", text="Hello")
        await client.until("playground.snapshot.turns", where=lambda part: part["earlier"] == 0)
        started = [event["event_type"] for event in client.events].index("playground.turn.started")
        if "playground.turn.completed" not in {event["event_type"] for event in client.events}:
            await client.until_closed()
    assert started < len(client.events) - 1
    seqs = [event["seq"] for event in client.events if event["event_type"] not in PARTS]
    assert seqs == sorted(set(seqs))


async def test_a_resume_in_the_middle_starts_over(served_site: Site, key: str, cookies: str) -> None:
    conversation = await asyncio.to_thread(new_conversation, served_site, key, MERT)
    await asyncio.to_thread(add_turns, served_site, conversation, 400)
    async with viewing(served_site, conversation, cookies) as client:
        await client.until("playground.snapshot.turns")
        await client.send("playground.resume", seq=0)
        parts = await client.snapshot_parts()
    assert [turn["turn_idx"] for part in reversed(parts) for turn in part["turns"]] == list(range(400))


async def test_one_event_that_is_larger_than_a_frame_goes_alone(
    served_site: Site, key: str, cookies: str
) -> None:
    conversation = await asyncio.to_thread(new_conversation, served_site, key, MERT)
    await asyncio.to_thread(add_turns, served_site, conversation, 3)
    text = "A long answer. " * 20_000
    await asyncio.to_thread(
        rows,
        served_site.data,
        "UPDATE playground_turn SET text = ? WHERE conversation_id = ? AND position = 1",
        text,
        conversation,
    )
    async with viewing(served_site, conversation, cookies) as client:
        parts = await client.snapshot_parts()
    (large,) = [part for part in parts if any(turn["turn_idx"] == 1 for turn in part["turns"])]
    assert [turn["text"] for turn in large["turns"]] == [text]


async def test_a_client_that_never_reads_is_let_go(served_site: Site, key: str, cookies: str) -> None:
    """Under Daphne it stayed for ever, with all that waited for it; it is let go after 10 s, with less than 32 MiB."""
    conversation = await asyncio.to_thread(new_conversation, served_site, key, MERT)
    await asyncio.to_thread(add_turns, served_site, conversation, 1_000)
    let_go = f"A viewer of {conversation} reads too slowly"
    before = resident_kib(served_site)
    async with viewing(served_site, conversation, cookies, unread_frames=1) as client:
        with bystander(served_site) as watching:
            async with asyncio.timeout(STALLED_S * 4):
                while let_go not in (served_site.data / "server.log").read_text():
                    await client.send("playground.resume", seq=0)
                    await asyncio.sleep(1)
        with pytest.raises(ConnectionClosed):
            while True:
                await client.next()
    assert resident_kib(served_site) - before < 32 * 1024
    watching.assert_served_in_time()


def resident_kib(site: Site) -> int:
    """Return how much memory the server's process has."""
    status = Path(f"/proc/{site.process_id}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])
