"""Calls that a mock or the tool endpoint answers: each once, marked, and never after the talk has gone on."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth.models import User

from personas import secrets
from personas.models import TokenSecret
from playground.engine.errors.codes import Code, CommandError, UpstreamError
from playground.engine.json_types import Json
from playground.models import Conversation, Turn
from playground.runner import Runner
from tests.playground.rehearsals import DOCUMENT, Watcher, make_conversation, running, watch
from tests.playground.scripted_llm import DONE, END, TOOL_CALLS, ScriptedLLM, Step, call, text

pytestmark = pytest.mark.django_db(transaction=True)


ENDPOINT = "https://tools.example.com/run"
TOOL: Json = {
    "type": "function",
    "function": {"name": "look", "parameters": {"type": "object", "required": ["where"]}},
}
CALLING: list[Step] = [call(0, id="call_1", name="look", arguments='{"where": "up"}'), TOOL_CALLS, DONE]
TWICE: list[Step] = [
    call(0, id="call_1", name="look", arguments='{"where": "up"}'),
    call(1, id="call_2", name="look", arguments='{"where": "down"}'),
    TOOL_CALLS,
    DONE,
]
ANSWER: list[Step] = [text("A star."), END]


def document(filler: Json | None = None, **rehearsal: Any) -> Json:
    llm = {**DOCUMENT["llm"], "tools": [TOOL]}
    return {**DOCUMENT, "llm": llm, "filler": filler, "rehearsal": rehearsal}


Make = Callable[..., Conversation]


@pytest.fixture
def rehearsing(transactional_db: None, admin_user: User) -> Make:
    def make(filler: Json | None = None, **rehearsal: Any) -> Conversation:
        return make_conversation(admin_user, document(filler, **rehearsal))

    return make


def llm_of(runner: Runner) -> ScriptedLLM:
    llm = runner._open_completion
    assert isinstance(llm, ScriptedLLM)
    return llm


async def until(watcher: Watcher, event_type: str) -> Json:
    event = await watcher.until(lambda each: each["event_type"] == event_type)
    properties: Json = event["properties"]
    return properties


class TestMock:
    async def test_answers_the_call_and_the_turn_goes_on(self, rehearsing: Make) -> None:
        conversation = await database_sync_to_async(rehearsing)(tool_mocks={"look": {"seen": "a star"}})
        async with running(CALLING, ANSWER) as runner:
            watcher = watch(runner, conversation)
            await runner.respond(conversation.pk, "Look up")
            result = await until(watcher, "playground.tool_result")
            await until(watcher, "playground.turn.started")
            await watcher.until_closed()
            sent = json.loads(llm_of(runner).requests[1].body)["messages"]
        assert (result["output"], result["status"], result["source"]) == (
            '{"seen": "a star"}',
            "success",
            "mock",
        )
        assert sent[-1] == {"role": "tool", "tool_call_id": "call_1", "content": '{"seen": "a star"}'}
        assert [turn.kind async for turn in Turn.objects.order_by("position")] == ["user", "continuation"]

    async def test_that_is_a_text_is_given_as_it_stands(self, rehearsing: Make) -> None:
        conversation = await database_sync_to_async(rehearsing)(tool_mocks={"look": "a star"})
        async with running(CALLING, ANSWER) as runner:
            watcher = watch(runner, conversation)
            await runner.respond(conversation.pk, "Look up")
            assert (await until(watcher, "playground.tool_result"))["output"] == "a star"
            await watcher.until_closed()

    async def test_answers_nothing_more_after_as_many_rounds_as_the_persona_allows(
        self, rehearsing: Make
    ) -> None:
        conversation = await database_sync_to_async(rehearsing)(
            tool_mocks={"look": "a star"}, max_tool_rounds=2
        )
        async with running(CALLING, CALLING, CALLING) as runner:
            watcher = watch(runner, conversation)
            await runner.respond(conversation.pk, "Look up")
            refused = await until(watcher, "playground.error")
            assert len(llm_of(runner).requests) == 3
        assert "2 tool rounds" in refused["message"]

    async def test_with_arguments_that_do_not_fit_the_model_is_told_so_instead(
        self, rehearsing: Make
    ) -> None:
        conversation = await database_sync_to_async(rehearsing)(tool_mocks={"look": "a star"})
        wrong: list[Step] = [call(0, id="call_1", name="look", arguments="{}"), TOOL_CALLS, DONE]
        async with running(wrong, ANSWER) as runner:
            watcher = watch(runner, conversation)
            await runner.respond(conversation.pk, "Look up")
            noted = await until(watcher, "playground.note")
            result = await until(watcher, "playground.tool_result")
            await watcher.until_closed()
        assert '"where" is a required property' in noted["note"]
        assert result["status"] == "error"
        assert "required property" in result["output"]

    async def test_the_second_answer_continues_the_turn_without_a_filler(self, rehearsing: Make) -> None:
        filler = {"fillerPhrase": "One moment.", "activationDelayMs": 50}
        conversation = await database_sync_to_async(rehearsing)(filler, tool_mocks={"look": "a star"})
        async with running([0.2, *CALLING], [0.2, *ANSWER]) as runner:
            watcher = watch(runner, conversation)
            first_id = await runner.respond(conversation.pk, "Look up")
            await watcher.until_closed()
            closed = (await watcher.until_closed())["properties"]
        second = await Turn.objects.aget(kind="continuation")
        fillers = [
            (result["turn_id"], result["state"], result["reason"])
            for result in (event["properties"] for event in watcher.events)
            if "due_ms" in result
        ]
        assert fillers == [(first_id, "playing", None), (second.pk, "skipped", "tool_round")]
        assert (second.continues_id, second.text) == (first_id, "A star.")
        assert closed["heard_text"] == "A star."

    async def test_a_call_without_one_waits_for_a_person(self, rehearsing: Make) -> None:
        conversation = await database_sync_to_async(rehearsing)(tool_mocks={"other": "a star"})
        async with running(CALLING, ANSWER) as runner:
            watcher = watch(runner, conversation)
            await runner.respond(conversation.pk, "Look up")
            await watcher.until_closed()
            assert await runner.tool_result(conversation.pk, "call_1", "a moon", "success") is not None
            result = await until(watcher, "playground.tool_result")
            await watcher.until_closed()
        assert (result["output"], result["source"]) == ("a moon", "hand")


class TestEndpoint:
    @pytest.fixture
    def secret(self, transactional_db: None) -> TokenSecret:
        made = TokenSecret.objects.create(name="TOOLS", allowed_hosts=["tools.example.com"])
        secrets.set_value(made, "sk-tools-0123456789", by=None)
        return made

    async def test_is_asked_with_its_own_secret_and_answers(
        self, rehearsing: Make, secret: TokenSecret
    ) -> None:
        conversation = await database_sync_to_async(rehearsing)(
            tool_endpoint=ENDPOINT, tool_endpoint_secret=secret.name
        )
        async with running(CALLING, [b'{"seen": ', b'"a star"}'], ANSWER) as runner:
            watcher = watch(runner, conversation)
            await runner.respond(conversation.pk, "Look up")
            result = await until(watcher, "playground.tool_result")
            await watcher.until_closed()
            request = llm_of(runner).requests[1]
        turn = await Turn.objects.aget(kind="user")
        assert (request.method, request.url) == ("POST", ENDPOINT)
        assert dict(request.headers) == {"Authorization": "Bearer sk-tools-0123456789"}
        assert json.loads(request.body) == {
            "conversation_id": conversation.pk,
            "turn_id": turn.pk,
            "tool_call_id": "call_1",
            "name": "look",
            "arguments": {"where": "up"},
        }
        assert (result["output"], result["source"]) == ('{"seen": "a star"}', "endpoint")
        assert turn.tool_results["call_1"]["source"] == "endpoint"

    async def test_what_it_echoes_of_its_secret_is_masked(
        self, rehearsing: Make, secret: TokenSecret
    ) -> None:
        conversation = await database_sync_to_async(rehearsing)(
            tool_endpoint=ENDPOINT, tool_endpoint_secret=secret.name
        )
        async with running(CALLING, [b"You sent sk-tools-0123456789\0"], ANSWER) as runner:
            watcher = watch(runner, conversation)
            await runner.respond(conversation.pk, "Look up")
            result = await until(watcher, "playground.tool_result")
            await watcher.until_closed()
        assert "sk-tools" not in result["output"]
        assert "\0" not in result["output"]

    async def test_gets_no_secret_that_is_not_allowed_to_go_there(
        self, rehearsing: Make, secret: TokenSecret
    ) -> None:
        conversation = await database_sync_to_async(rehearsing)(
            tool_endpoint="https://elsewhere.example.com/run", tool_endpoint_secret=secret.name
        )
        async with running(CALLING, ANSWER) as runner:
            watcher = watch(runner, conversation)
            await runner.respond(conversation.pk, "Look up")
            result = await until(watcher, "playground.tool_result")
            await watcher.until_closed()
            assert len(llm_of(runner).requests) == 2
        assert result["status"] == "error"

    async def test_that_fails_gives_an_error_to_the_model_and_a_sentence_to_the_person(
        self, rehearsing: Make
    ) -> None:
        conversation = await database_sync_to_async(rehearsing)(tool_endpoint=ENDPOINT)
        refused = UpstreamError(Code.AUTH_FAILED, "The server refused the key.")
        async with running(CALLING, [refused], ANSWER) as runner:
            watcher = watch(runner, conversation)
            await runner.respond(conversation.pk, "Look up")
            error = await until(watcher, "playground.error")
            result = await until(watcher, "playground.tool_result")
            await watcher.until_closed()
        assert error["message"] == "The tool endpoint: The server refused the key."
        assert (result["status"], result["output"]) == ("error", "The tool could not be used (auth_failed).")

    async def test_answers_each_of_several_calls_once_and_one_continuation_follows(
        self, rehearsing: Make
    ) -> None:
        conversation = await database_sync_to_async(rehearsing)(tool_endpoint=ENDPOINT)
        async with running(TWICE, [b"one"], [b"two"], ANSWER) as runner:
            watcher = watch(runner, conversation)
            await runner.respond(conversation.pk, "Look about")
            await watcher.until_closed()
            await watcher.until_closed()
            bodies = [json.loads(request.body) for request in llm_of(runner).requests]
        assert sorted(body["tool_call_id"] for body in bodies[1:3]) == ["call_1", "call_2"]
        assert len(bodies) == 4

    async def test_is_left_when_something_new_is_said(self, rehearsing: Make) -> None:
        conversation = await database_sync_to_async(rehearsing)(tool_endpoint=ENDPOINT)
        async with running(CALLING, [60.0], ANSWER) as runner:
            watcher = watch(runner, conversation)
            await runner.respond(conversation.pk, "Look up")
            await watcher.until_closed()
            await llm_of(runner).until(lambda llm: len(llm.requests) == 2)
            await runner.respond(conversation.pk, "Never mind")
            await watcher.until_closed()
            sent = json.loads(llm_of(runner).requests[2].body)["messages"]
        assert [message["role"] for message in sent] == ["system", "user", "user"]
        assert (await Turn.objects.aget(position=0)).tool_results == {}

    async def test_is_left_when_the_person_interrupts(self, rehearsing: Make) -> None:
        conversation = await database_sync_to_async(rehearsing)(tool_endpoint=ENDPOINT)
        async with running(CALLING, [60.0]) as runner:
            watcher = watch(runner, conversation)
            await runner.respond(conversation.pk, "Look up")
            await watcher.until_closed()
            await llm_of(runner).until(lambda llm: len(llm.requests) == 2)
            await runner.interrupt(conversation.pk)
            await llm_of(runner).until(lambda llm: len(llm.left_at_s) == 2)

    async def test_a_call_that_was_answered_by_hand_meanwhile_keeps_that_result(
        self, rehearsing: Make
    ) -> None:
        conversation = await database_sync_to_async(rehearsing)(tool_endpoint=ENDPOINT)
        async with running(CALLING, [0.3, b"late"], ANSWER) as runner:
            watcher = watch(runner, conversation)
            await runner.respond(conversation.pk, "Look up")
            await watcher.until_closed()
            await llm_of(runner).until(lambda llm: len(llm.requests) == 2)
            await runner.tool_result(conversation.pk, "call_1", "by hand", "success")
            await watcher.until_closed()
            with pytest.raises(CommandError):
                await runner.tool_result(conversation.pk, "call_1", "again", "success")
        assert (await Turn.objects.aget(position=0)).tool_results["call_1"]["output"] == "by hand"


async def test_messages_that_break_a_rule_are_not_sent(transactional_db: None, admin_user: User) -> None:
    orphan = [{"role": "tool", "tool_call_id": "call_9", "content": "{}"}]
    conversation = await database_sync_to_async(make_conversation)(admin_user, initial_messages=orphan)
    async with running() as runner:
        watcher = watch(runner, conversation)
        await runner.respond(conversation.pk, "Hi")
        closed = await watcher.until_closed()
        assert llm_of(runner).requests == []
    assert closed["event_type"] == "playground.turn.failed"
    assert "is the result of a call" in closed["properties"]["error"]["message"]
