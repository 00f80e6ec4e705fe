"""Floods of messages and frames are ended, and keep nobody waiting."""

import asyncio

import pytest

from playground.realtime.close_codes import CloseCode
from playground.realtime.message_rate import MESSAGES
from playground.realtime.socket_shares import MESSAGES_OF_CLIENT
from tests.browser.site import Site
from tests.dashboard.attacks.attacking import FLOODS, at_once, bystander, flood, upgrade
from tests.dashboard.attacks.many_sockets import many_sockets, message, send_all, snapshots_s, turns_shown
from tests.playground.long_conversations import add_turns
from tests.playground.served_api import new_conversation

pytestmark = pytest.mark.quiet  # Measures how long others wait: tests beside it would be measured too.

MERT = "Mert the Storyteller"
TOO_MANY = f"closed {CloseCode.TOO_MANY_MESSAGES}"
SOCKETS, CONVERSATIONS = 200, 10
OTHERS_SNAPSHOT_S = 1.0
"""How long someone else waits for a first snapshot during the attack."""
BURST = MESSAGES - 2
"""Within the limit of each socket."""


async def test_200_sockets_of_one_key_within_their_limits_stop_nobody(
    site: Site, key: str, bobs: str
) -> None:
    """200 sockets with 18 messages each; someone else's snapshot took 6 to 8 s and handshakes were refused before."""
    conversations = [await asyncio.to_thread(new_conversation, site, key, MERT) for _ in range(CONVERSATIONS)]
    bobs_conversation = await asyncio.to_thread(new_conversation, site, bobs, MERT)
    append = message("conversation.append_llm_context", context="x")
    async with many_sockets(site, key, conversations, SOCKETS) as sockets:
        with bystander(site) as watching:
            attack = asyncio.create_task(send_all(sockets, append, BURST, until=TOO_MANY))
            waits_s = await snapshots_s(site, bobs, bobs_conversation)
            events = await attack
    assert events[TOO_MANY] == SOCKETS
    assert events["playground.context"] <= MESSAGES_OF_CLIENT * SOCKETS // CONVERSATIONS
    assert max(waits_s) < OTHERS_SNAPSHOT_S, waits_s
    watching.assert_served_in_time()


RESUMING = 20
STORED_TURNS = 60


async def test_a_flood_of_resumes_from_many_sockets_stops_nobody(site: Site, key: str, bobs: str) -> None:
    """20 sockets with 18 resumes of 60 turns each: one snapshot at a time of each socket, one part of a client."""
    conversation = await asyncio.to_thread(new_conversation, site, key, MERT)
    bobs_conversation = await asyncio.to_thread(new_conversation, site, bobs, MERT)
    await asyncio.to_thread(add_turns, site, conversation, STORED_TURNS)
    async with many_sockets(site, key, [conversation], RESUMING) as sockets:
        with bystander(site) as watching:
            await send_all(sockets, message("playground.resume", seq=0), BURST, until="playground.snapshot")
            waits_s = await snapshots_s(site, bobs, bobs_conversation, 3)
    assert max(waits_s) < OTHERS_SNAPSHOT_S
    watching.assert_served_in_time()


TABS, LONG = 5, 1_000


async def test_five_tabs_with_long_conversations_stop_nobody(site: Site, key: str) -> None:
    conversation = await asyncio.to_thread(new_conversation, site, key, MERT)
    await asyncio.to_thread(add_turns, site, conversation, LONG)
    with bystander(site) as watching:
        turns = await asyncio.gather(*(turns_shown(site, key, conversation) for _ in range(TABS)))
    assert turns == [LONG] * TABS
    watching.assert_served_in_time()


NESTED: object = []
for _ in range(300):
    NESTED = [NESTED]


async def test_nested_results_break_no_seats_and_stop_nobody(site: Site, bobs: str) -> None:
    """Five of them, and every socket of that user was refused until a restart; none is lost."""
    conversation = await asyncio.to_thread(new_conversation, site, bobs, MERT)
    nested = message("conversation.tool_result", tool_call_id="call_1", output=NESTED)
    with bystander(site) as watching:
        async with many_sockets(site, bobs, [conversation], 20) as sockets:
            events = await send_all(sockets, nested, 5, until="bad_message")
        waits_s = await snapshots_s(site, bobs, conversation, 1)
    assert events["bad_message"] >= 20
    assert max(waits_s) < OTHERS_SNAPSHOT_S
    watching.assert_served_in_time()


FLOODED_SOCKETS = 6
FLOOD_BYTES = 384 * 1024


@pytest.mark.parametrize("kind", FLOODS)
def test_a_flood_of_tiny_frames_is_ended_and_stops_nobody(site: Site, key: str, kind: str) -> None:
    first, frame = FLOODS[kind]
    conversation = new_conversation(site, key, MERT)
    handshake = upgrade(f"/ws/conversations/{conversation}/", b"x-api-key: " + key.encode())
    frames = first + frame * (FLOOD_BYTES // len(frame))
    with bystander(site) as watching:
        answers = at_once(FLOODED_SOCKETS, lambda: flood(site, handshake, frames))
    closed = CloseCode.TOO_MANY_MESSAGES.to_bytes(2, "big")
    assert [closed in answer for answer in answers] == [True] * FLOODED_SOCKETS
    watching.assert_served_in_time()
