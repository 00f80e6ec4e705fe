"""K1, K9, K12, K13 and X6: what a server gets of a key, and what it can do with what it says."""

import json

from channels.db import database_sync_to_async

from playground.engine.errors.codes import Code
from playground.models import Conversation
from tests.llm_server.openai_wire import TEXT
from tests.personas.making import make_secret
from tests.playground.frames import PROPERTIES
from tests.playground.leaks import leaks_in
from tests.playground.stage import CANARY, TOKEN, Stage


async def test_k1_a_host_that_is_taken_off_the_keys_list_gets_nothing_more(stage: Stage) -> None:
    take = await stage.hear("ok")
    take.completes()
    await database_sync_to_async(stage.bind)("api.example.com")
    again = await stage.say(await Conversation.objects.aget(pk=take.turn.conversation_id))
    again.fails(
        Code.SECRET_NOT_ALLOWED,
        f"{TOKEN} may not be sent to http://127.0.0.1:{stage.server.port}",
        attempts=0,
    )
    assert again.closed["error"]["secret"] == TOKEN
    assert len(stage.server.requests()) == 1


async def test_k1_the_same_name_with_another_port_is_another_host(stage: Stage) -> None:
    take = await stage.hear("ok")
    await database_sync_to_async(stage.bind)("http://127.0.0.1:1", "127.0.0.1", "*.0.0.1")
    again = await stage.say(await Conversation.objects.aget(pk=take.turn.conversation_id))
    again.fails(Code.SECRET_NOT_ALLOWED, attempts=0)


async def test_k12_a_key_in_the_refusal_is_masked(stage: Stage) -> None:
    take = await stage.hear("unauthorised-echo")
    take.fails(Code.AUTH_FAILED)
    (answered,) = take.of("playground.response")
    assert "[secret]" in answered["body"]
    assert CANARY[:14] not in json.dumps([take.closed, answered])


async def test_k12_a_key_in_text_and_headers_is_masked_whole_and_cut(stage: Stage) -> None:
    take = await stage.hear("echo-secret")
    take.completes("Whole: [secret]. Cut: [secret]. Done.")
    (answered,) = take.of("playground.response")
    assert dict(answered["headers"])["X-Echo"] == "[secret]"
    assert ["X-Echo", "[secret]"] in take.completions[0].response_headers


async def test_k9_a_short_key_is_sent_and_masked_where_it_is_a_whole_word(stage: Stage) -> None:
    await database_sync_to_async(make_secret)(TOKEN, value="ollama")
    take = await stage.hear("echo-secret")
    take.completes("Whole: [secret]. Cut: [secret]. Done.")


async def test_k12_a_key_in_the_reasoning_is_masked(stage: Stage) -> None:
    take = await stage.hear("echo-secret-reasoning")
    take.completes()
    assert take.reasoning.count("[secret]") == 2
    assert CANARY[:9] not in json.dumps(take.completions[0].payloads)


async def test_k12_a_key_in_a_redirect_is_masked(stage: Stage) -> None:
    (await stage.hear("redirect-echo")).fails(Code.REDIRECT, "[secret]")


async def test_k12_u61_no_page_shows_a_repeated_key_and_every_page_bears_odd_text(stage: Stage) -> None:
    """Of every field that a page shows: text, reasoning, error, call, and characters that are hard to show."""
    repeating = ("echo-secret", "echo-secret-reasoning", "unauthorised-echo", "echo-secret-tool")
    for behaviour in (*repeating, "controls", "lone-surrogate"):
        await stage.hear(behaviour)
    pages = await stage.record() + await stage.other_pages()
    assert leaks_in(pages, CANARY) == []
    assert "[secret]" in pages


async def test_k13_a_key_in_base64_or_percent_encoded_is_masked(stage: Stage) -> None:
    take = await stage.hear("echo-secret-encoded")
    take.completes(take.text)
    assert take.text.count("[secret]") == 3


async def test_k13_a_key_that_is_spelled_out_is_shown_and_bound_hosts_are_the_defence(stage: Stage) -> None:
    take = await stage.hear("echo-secret-spelled")
    take.completes("It is " + " ".join(CANARY) + " now.")


async def test_x6_what_a_server_sends_names_no_event_and_no_key_of_one(stage: Stage) -> None:
    take = await stage.hear("event-names")
    take.completes(TEXT)
    assert {event["event_type"] for event in take.events} <= set(PROPERTIES)
    assert take.closed["usage"] == {"event_type": 1, "total_tokens": 2}
    assert "conversation.interrupt" not in json.dumps(take.events)
