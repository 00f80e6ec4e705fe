"""The runner with a real database: turns start, end, are stored, and never overlap."""

import asyncio
from datetime import timedelta

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth.models import User
from django.utils import timezone

from playground.engine.errors.codes import Code, CommandError
from playground.models import Completion, Conversation, Turn
from playground.turns import running_turn
from tests.playground.rehearsals import DEADLINE_S, DOCUMENT, make_conversation, running, watch
from tests.playground.scripted_llm import DONE, END, TOOL_CALLS, Step, call, chunk, text

pytestmark = pytest.mark.django_db(transaction=True)

ANSWER: list[Step] = [text("Hello. "), text("Who are you?"), END]
ENDLESS: list[Step] = [text("Once upon a time. "), 60.0]
CALLING: list[Step] = [call(0, id="call_1", name="look", arguments="{}"), TOOL_CALLS, DONE]


@pytest.fixture
def conversation(transactional_db: None, admin_user: User) -> Conversation:
    return make_conversation(admin_user)


async def test_a_turn_is_stored_when_its_end_is_told(conversation: Conversation) -> None:
    async with running(ANSWER) as runner:
        watcher = watch(runner, conversation)
        turn_id = await runner.respond(conversation.pk, "Hi", "m1")
        closed = await watcher.until_closed()
        turn = await Turn.objects.aget(pk=turn_id)
    assert closed["event_type"] == "playground.turn.completed"
    assert (turn.status, turn.user_text, turn.text) == ("completed", "Hi", "Hello. Who are you?")
    assert turn.heard_text == turn.text
    assert turn.timings == closed["properties"]["timings_ms"]
    assert [sentence["index"] for sentence in turn.timeline["sentences"]] == [0, 1]


async def test_the_users_words_are_stored_before_the_llm_is_called(conversation: Conversation) -> None:
    async with running(ENDLESS) as runner:
        watcher = watch(runner, conversation)
        turn_id = await runner.respond(conversation.pk, "Hi")
        await watcher.until(lambda event: event["event_type"] == "playground.request")
        turn = await Turn.objects.aget(pk=turn_id)
    assert (turn.user_text, turn.status) == ("Hi", "pending")


async def test_the_completion_is_a_cassette(conversation: Conversation) -> None:
    async with running(ANSWER) as runner:
        watcher = watch(runner, conversation)
        await runner.respond(conversation.pk, "Hi")
        closed = await watcher.until_closed()
        completion = await Completion.objects.aget()
    assert str(completion.pk) == closed["inference_id"]
    assert completion.request["body"]["messages"][-1] == {"role": "user", "content": "Hi"}
    assert completion.finish_reason == "stop"
    assert any("Who are you?" in data for _, data in completion.payloads)


async def test_seq_rises_by_one_with_each_event_and_goes_on_after_a_restart(
    conversation: Conversation,
) -> None:
    async with running(ANSWER) as runner:
        watcher = watch(runner, conversation)
        await runner.respond(conversation.pk, "Hi")
        await watcher.until_closed()
    seqs = [event["seq"] for event in watcher.events]
    async with running(ANSWER) as restarted:
        watcher = watch(restarted, conversation)
        await restarted.respond(conversation.pk, "Again")
        await watcher.until_closed()
    assert seqs == sorted(set(seqs))
    assert watcher.events[0]["seq"] == seqs[-1] + 1


async def test_the_same_client_message_makes_one_turn(conversation: Conversation) -> None:
    async with running(ANSWER) as runner:
        watcher = watch(runner, conversation)
        first = await runner.respond(conversation.pk, "Hi", "m1")
        await watcher.until_closed()
        resent = await runner.respond(conversation.pk, "Hi", "m1")
    assert first == resent
    assert await Turn.objects.acount() == 1


async def test_a_second_turn_while_one_is_open_is_busy(conversation: Conversation) -> None:
    async with running(ENDLESS) as runner:
        await runner.respond(conversation.pk, "Hi")
        with pytest.raises(CommandError) as refused:
            await runner.respond(conversation.pk, "And?")
    assert refused.value.code is Code.BUSY
    assert await Turn.objects.acount() == 1


async def test_of_two_turns_at_the_same_instant_one_wins(conversation: Conversation) -> None:
    async with running(ENDLESS) as one, running(ENDLESS) as other:
        results = await asyncio.gather(
            one.respond(conversation.pk, "A"), other.respond(conversation.pk, "B"), return_exceptions=True
        )
    refused = [result for result in results if isinstance(result, CommandError)]
    assert [error.code for error in refused] == [Code.BUSY]
    assert await Turn.objects.acount() == 1


async def test_an_interrupt_and_the_next_turn_may_follow_at_once(conversation: Conversation) -> None:
    async with running(ENDLESS, ANSWER) as runner:
        watcher = watch(runner, conversation)
        await runner.respond(conversation.pk, "Hi")
        await watcher.until(lambda event: event["event_type"] == "playground.sentence")
        await runner.interrupt(conversation.pk)
        second = await runner.respond(conversation.pk, "Shorter, please")
        await watcher.until_closed()
        await watcher.until_closed()
        completion = await Completion.objects.aget(turn_id=second)
    assert [message["content"] for message in completion.request["body"]["messages"]] == [
        "You are a storyteller.",
        "Hi",
        "Once upon a time.",
        "Shorter, please",
    ]


async def test_an_interrupt_without_an_open_turn_does_nothing(conversation: Conversation) -> None:
    async with running() as runner:
        await runner.interrupt(conversation.pk)
    assert await Turn.objects.acount() == 0


async def test_disabled_barge_in_refuses_the_interrupt(admin_user: User) -> None:
    document = DOCUMENT | {"barge_in": {"bargeIn": "disabled"}}
    conversation = await database_sync_to_async(make_conversation)(admin_user, document)
    async with running(ENDLESS) as runner:
        await runner.respond(conversation.pk, "Hi")
        with pytest.raises(CommandError) as refused:
            await runner.interrupt(conversation.pk)
    assert refused.value.code is Code.BARGE_IN_DISABLED


async def test_ending_the_conversation_always_stops_at_once(admin_user: User) -> None:
    document = DOCUMENT | {"barge_in": {"bargeIn": "disabled"}}
    conversation = await database_sync_to_async(make_conversation)(admin_user, document)
    async with running(ENDLESS) as runner:
        turn_id = await runner.respond(conversation.pk, "Hi")
        await runner.end(conversation.pk)
        turn = await Turn.objects.aget(pk=turn_id)
        with pytest.raises(CommandError):
            await runner.respond(conversation.pk, "Hi?")
    assert turn.status == "interrupted"


async def test_text_is_stored_within_its_time_though_no_more_comes(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running_turn, "SAVE_EVERY_MS", 200)
    async with running(ENDLESS) as runner:
        turn_id = await runner.respond(conversation.pk, "Hi")
        async with asyncio.timeout(DEADLINE_S):
            while not await Turn.objects.filter(pk=turn_id, text="Once upon a time. ").aexists():
                pass


async def test_a_shutdown_stores_running_turns_as_interrupted(conversation: Conversation) -> None:
    async with running(ENDLESS) as runner:
        watcher = watch(runner, conversation)
        turn_id = await runner.respond(conversation.pk, "Hi")
        await watcher.until(lambda event: event["event_type"] == "playground.sentence")
    turn = await Turn.objects.aget(pk=turn_id)
    assert (turn.status, turn.text) == ("interrupted", "Once upon a time. ")


async def test_a_conversation_that_is_deleted_in_the_middle_keeps_no_other_turn_from_being_stored(
    conversation: Conversation, admin_user: User
) -> None:
    other = await database_sync_to_async(make_conversation)(admin_user)
    async with running([text("Once. "), 0.3, text("Gone."), END], ANSWER) as runner:
        gone, stays = watch(runner, conversation), watch(runner, other)
        await runner.respond(conversation.pk, "Hi")
        await gone.until(lambda event: event["event_type"] == "playground.sentence")
        await conversation.adelete()
        await gone.until_closed()
        turn_id = await runner.respond(other.pk, "Hi")
        await stays.until_closed()
        turn = await Turn.objects.aget(pk=turn_id)
    assert turn.status == "completed"


async def test_a_turn_whose_process_died_gives_way_when_its_lease_has_run_out(
    conversation: Conversation,
) -> None:
    lease = timezone.now() - timedelta(seconds=1)
    dead = await Turn.objects.acreate(
        conversation=conversation,
        position=0,
        user_text="Hi",
        text="Half",
        status="streaming",
        lease_until=lease,
    )
    async with running(ANSWER) as runner:
        watcher = watch(runner, conversation)
        await runner.respond(conversation.pk, "Again")
        await watcher.until_closed()
    await dead.arefresh_from_db()
    assert (dead.status, dead.text) == ("interrupted", "Half")


async def test_an_echo_is_said_without_the_llm_and_enters_the_history(conversation: Conversation) -> None:
    async with running(ANSWER) as runner:
        watcher = watch(runner, conversation)
        await runner.echo(conversation.pk, "We close at six.")
        await watcher.until_closed()
        turn_id = await runner.respond(conversation.pk, "When?")
        await watcher.until_closed()
        completion = await Completion.objects.aget(turn_id=turn_id)
    assert completion.request["body"]["messages"][1] == {"role": "assistant", "content": "We close at six."}


async def test_a_tools_result_in_the_stream_is_not_in_the_next_history(conversation: Conversation) -> None:
    result = chunk({"role": "tool", "content": '{"degrees": 21}'})
    answer: list[Step] = [text("It is "), result, chunk({"role": "assistant", "content": "warm."}), END]
    async with running(answer, ANSWER) as runner:
        watcher = watch(runner, conversation)
        await runner.respond(conversation.pk, "Is it?")
        await watcher.until_closed()
        turn_id = await runner.respond(conversation.pk, "Sure?")
        await watcher.until_closed()
        completion = await Completion.objects.aget(turn_id=turn_id)
    assert completion.request["body"]["messages"][1:] == [
        {"role": "user", "content": "Is it?"},
        {"role": "assistant", "content": "It is warm."},
        {"role": "user", "content": "Sure?"},
    ]


async def test_a_greeting_is_said_once(conversation: Conversation) -> None:
    await Conversation.objects.filter(pk=conversation.pk).aupdate(custom_greeting="Welcome!")
    async with running() as runner:
        watcher = watch(runner, conversation)
        first, second = await asyncio.gather(*(runner.greet(conversation.pk) for _ in range(2)))
        closed = await watcher.until_closed()
        assert await runner.greet(conversation.pk) is None
    assert first == second == closed["properties"]["turn_id"]
    assert await Turn.objects.acount() == 1


async def test_context_counts_from_the_next_turn_on(conversation: Conversation) -> None:
    async with running(ANSWER) as runner:
        watcher = watch(runner, conversation)
        await runner.overwrite_context(conversation.pk, "Maya is from Dallas.")
        await runner.append_context(conversation.pk, "She likes mysteries.")
        turn_id = await runner.respond(conversation.pk, "Hi")
        await watcher.until_closed()
        completion = await Completion.objects.aget(turn_id=turn_id)
    system = completion.request["body"]["messages"][0]["content"]
    assert system == "You are a storyteller.\n\nMaya is from Dallas.\n\nShe likes mysteries."
    assert watcher.types()[:2] == ["playground.context", "playground.context"]


class TestToolResults:
    async def test_the_last_result_starts_a_continuation(self, conversation: Conversation) -> None:
        async with running(CALLING, ANSWER) as runner:
            watcher = watch(runner, conversation)
            calling = await runner.respond(conversation.pk, "Look")
            await watcher.until_closed()
            turn_id = await runner.tool_result(conversation.pk, "call_1", "A wolf", "success")
            await watcher.until_closed()
            turn = await Turn.objects.aget(pk=turn_id)
            completion = await Completion.objects.aget(turn_id=turn_id)
        assert (turn.kind, turn.continues_id, turn.user_text) == ("continuation", calling, "")
        assert completion.request["body"]["messages"][-1] == {
            "role": "tool",
            "tool_call_id": "call_1",
            "content": "A wolf",
        }

    async def test_with_parallel_calls_the_continuation_waits_for_all(
        self, conversation: Conversation
    ) -> None:
        both: list[Step] = [
            call(0, id="call_1", name="look", arguments="{}"),
            call(1, id="call_2", name="look", arguments="{}"),
            TOOL_CALLS,
            DONE,
        ]
        async with running(both, ANSWER) as runner:
            watcher = watch(runner, conversation)
            await runner.respond(conversation.pk, "Look")
            await watcher.until_closed()
            assert await runner.tool_result(conversation.pk, "call_2", "B", "success") is None
            assert await runner.tool_result(conversation.pk, "call_1", "A", "success") is not None
            await watcher.until_closed()

    async def test_a_result_for_an_unknown_call_is_refused(self, conversation: Conversation) -> None:
        async with running(CALLING) as runner:
            watcher = watch(runner, conversation)
            await runner.respond(conversation.pk, "Look")
            await watcher.until_closed()
            with pytest.raises(CommandError) as refused:
                await runner.tool_result(conversation.pk, "call_9", "A wolf", "success")
        assert refused.value.code is Code.BAD_MESSAGE

    async def test_the_rounds_end_at_the_personas_limit(self, admin_user: User) -> None:
        document = DOCUMENT | {"rehearsal": {"max_tool_rounds": 1}}
        conversation = await database_sync_to_async(make_conversation)(admin_user, document)
        again: list[Step] = [call(0, id="call_2", name="look", arguments="{}"), TOOL_CALLS, DONE]
        async with running(CALLING, again) as runner:
            watcher = watch(runner, conversation)
            await runner.respond(conversation.pk, "Look")
            await watcher.until_closed()
            await runner.tool_result(conversation.pk, "call_1", "A", "success")
            await watcher.until_closed()
            with pytest.raises(CommandError, match="1 tool rounds"):
                await runner.tool_result(conversation.pk, "call_2", "B", "success")


async def test_a_secret_that_does_not_exist_fails_the_turn_before_anything_is_sent(admin_user: User) -> None:
    llm = DOCUMENT["llm"] | {"token_secret": "NO_SUCH_KEY"}
    conversation = await database_sync_to_async(make_conversation)(admin_user, DOCUMENT | {"llm": llm})
    async with running() as runner:
        watcher = watch(runner, conversation)
        await runner.respond(conversation.pk, "Hi")
        closed = await watcher.until_closed()
    assert closed["event_type"] == "playground.turn.failed"
    assert closed["properties"]["error"]["code"] == "secret_missing"
    assert "playground.request" not in watcher.types()
