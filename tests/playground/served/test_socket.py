"""A conversation's socket over a real connection: origins, close codes and frames are Daphne's work."""

import asyncio
import json
from http.cookies import SimpleCookie

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from playground.realtime.close_codes import CloseCode
from tests.browser.site import Site, rows
from tests.playground.served_api import new_conversation
from tests.playground.socket_client import Client, viewing

MERT = "Mert the Storyteller"


async def closed_with(client: Client) -> int:
    """Return the close code of a socket that the server closes."""
    with pytest.raises(ConnectionClosed) as closed:
        async with asyncio.timeout(10):
            while True:
                await client.socket.recv()
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


async def test_a_viewer_first_gets_the_snapshot(served_site: Site, key: str, cookies: str) -> None:
    conversation = await asyncio.to_thread(new_conversation, served_site, key, MERT)
    async with viewing(served_site, conversation, cookies) as client:
        first = await client.next()
    assert first["event_type"] == "playground.snapshot"
    assert first["properties"]["turns"] == []
    assert first["properties"]["conversation"]["persona"]["name"] == MERT
    assert first["properties"]["conversation"]["may_speak"] is True


async def test_a_turn_is_told_from_its_start_to_its_end(served_site: Site, key: str, cookies: str) -> None:
    conversation = await asyncio.to_thread(new_conversation, served_site, key, MERT)
    async with viewing(served_site, conversation, cookies) as client:
        await client.send("conversation.respond", text="Tell me about the wolf.", client_msg_id="m1")
        closed = await client.until_closed()
    types = [event["event_type"] for event in client.events]
    assert types[:3] == ["playground.snapshot", "playground.turn.started", "conversation.utterance"]
    assert types[-1] == "playground.turn.completed"
    deltas = [event["properties"] for event in client.events if event["event_type"] == "playground.delta"]
    assert "".join(delta["text"] for delta in deltas) == closed["text"]
    assert [delta["offset"] for delta in deltas] == sorted(delta["offset"] for delta in deltas)
    sent = next(event for event in client.events if event["event_type"] == "playground.request")
    assert dict(sent["properties"]["request"]["headers"])["Authorization"] == "Bearer DEMO_LLM_KEY"


async def test_every_event_of_a_turn_has_the_envelope(served_site: Site, key: str, cookies: str) -> None:
    conversation = await asyncio.to_thread(new_conversation, served_site, key, MERT)
    async with viewing(served_site, conversation, cookies) as client:
        await client.send("conversation.respond", text="Hello")
        await client.until_closed()
    events = client.events[1:]
    assert {event["conversation_id"] for event in events} == {conversation}
    assert {event["turn_idx"] for event in events} == {0}
    assert len({event["inference_id"] for event in events}) == 1
    assert len({event["properties"]["turn_id"] for event in events}) == 1
    assert all(event["message_type"] == event["event_type"].partition(".")[0] for event in events)
    seqs = [event["seq"] for event in events]
    assert seqs == sorted(set(seqs))


async def test_a_reload_brings_back_all_that_was_said(served_site: Site, key: str, cookies: str) -> None:
    conversation = await asyncio.to_thread(new_conversation, served_site, key, MERT)
    async with viewing(served_site, conversation, cookies) as client:
        await client.send("conversation.respond", text="Hello")
        closed = await client.until_closed()
    async with viewing(served_site, conversation, cookies) as again:
        (turn,) = (await again.until("playground.snapshot"))["turns"]
    assert (turn["user_text"], turn["text"], turn["status"]) == ("Hello", closed["text"], "completed")
    assert turn["timings_ms"] == closed["timings_ms"]
    assert turn["segments"]


async def test_a_turn_outlives_its_viewer_and_is_taken_up_without_a_gap(
    served_site: Site, key: str, cookies: str
) -> None:
    conversation = await asyncio.to_thread(new_conversation, served_site, key, MERT, speech="realtime")
    async with viewing(served_site, conversation, cookies) as client:
        await client.send("conversation.respond", text="Tell me about the wolf.")
        await client.until("playground.delta")
    async with viewing(served_site, conversation, cookies) as again:
        (turn,) = (await again.until("playground.snapshot"))["turns"]
        await again.send("conversation.interrupt")
        closed = await again.until_closed()
    later = [event["properties"] for event in again.events if event["event_type"] == "playground.delta"]
    assert turn["text"] + "".join(delta["text"] for delta in later) == closed["text"]
    assert all(delta["offset"] >= len(turn["text"]) for delta in later)


async def test_two_viewers_are_told_the_same(served_site: Site, key: str, cookies: str) -> None:
    conversation = await asyncio.to_thread(new_conversation, served_site, key, MERT)
    async with (
        viewing(served_site, conversation, cookies) as one,
        viewing(served_site, conversation, cookies) as other,
    ):
        await other.until("playground.snapshot")
        await one.send("conversation.respond", text="Hello")
        assert await one.until_closed() == await other.until_closed()


async def test_the_greeting_opens_the_conversation(served_site: Site, key: str, cookies: str) -> None:
    conversation = await asyncio.to_thread(new_conversation, served_site, key, MERT, greeting="Welcome!")
    async with viewing(served_site, conversation, cookies) as client:
        closed = await client.until_closed()
    assert closed["text"] == "Welcome!"


async def test_a_bad_message_is_answered_and_the_socket_stays(
    served_site: Site, cookies: str, bad_conversation: str
) -> None:
    async with viewing(served_site, bad_conversation, cookies) as client:
        await client.socket.send("no json")
        error = await client.until("playground.error")
        await client.send("playground.resume", seq=0)
        await client.until("playground.snapshot")
    assert error["code"] == "bad_message"


@pytest.fixture(scope="module")
def bad_conversation(served_site: Site, key: str) -> str:
    return new_conversation(served_site, key, MERT)


async def test_five_bad_messages_in_a_row_close_the_socket(
    served_site: Site, cookies: str, bad_conversation: str
) -> None:
    async with viewing(served_site, bad_conversation, cookies) as client:
        for _ in range(5):
            await client.socket.send("no json")
        assert await closed_with(client) == 4400


async def test_a_binary_frame_closes_the_socket(
    served_site: Site, cookies: str, bad_conversation: str
) -> None:
    async with viewing(served_site, bad_conversation, cookies) as client:
        await client.socket.send(b"\x00")
        assert await closed_with(client) == 4415


async def test_a_frame_over_64_kib_closes_the_socket(
    served_site: Site, cookies: str, bad_conversation: str
) -> None:
    async with viewing(served_site, bad_conversation, cookies) as client:
        await client.socket.send(json.dumps("x" * 70_000))
        assert await closed_with(client) == 1009


async def test_a_flood_closes_the_socket(served_site: Site, cookies: str, bad_conversation: str) -> None:
    async with viewing(served_site, bad_conversation, cookies) as client:
        for _ in range(30):
            await client.send("playground.resume", seq=0)
        assert await closed_with(client) == 4429


async def test_a_foreign_origin_gets_no_handshake(
    served_site: Site, cookies: str, bad_conversation: str
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with viewing(served_site, bad_conversation, cookies, origin="http://evil.example"):
            pass
    assert refused.value.response.status_code == 403


async def test_without_a_session_the_socket_says_sign_in(served_site: Site, bad_conversation: str) -> None:
    async with viewing(served_site, bad_conversation, "") as client:
        assert await closed_with(client) == 4401


async def test_a_session_that_another_process_ends_closes_its_socket_alone(
    served_site: Site, key: str, cookies: str
) -> None:
    session = next(
        morsel.value for name, morsel in SimpleCookie(cookies).items() if name.endswith("-session")
    )
    copy = "a" * len(session)
    copied = "INSERT INTO django_session SELECT ?, session_data, expire_date FROM django_session WHERE session_key = ?"
    await asyncio.to_thread(rows, served_site.data, copied, copy, session)
    conversation = await asyncio.to_thread(new_conversation, served_site, key, MERT)
    async with (
        viewing(served_site, conversation, cookies.replace(session, copy)) as ended,
        viewing(served_site, conversation, cookies) as other,
    ):
        await ended.until("playground.snapshot")
        await asyncio.to_thread(
            rows, served_site.data, "DELETE FROM django_session WHERE session_key = ?", copy
        )
        assert await closed_with(ended) == CloseCode.SIGN_IN_AGAIN
        await other.send("conversation.respond", text="Hello")
        await other.until_closed()
