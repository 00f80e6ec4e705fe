"""T1 to T13: what servers do with tool calls, from the turn's start to its closing event."""

import json

import pytest

from playground.engine.answer import answer_messages as words
from playground.engine.errors.codes import Code
from playground.engine.limits import MIB
from tests.llm_server.openai_wire import TEXT, TOOL, TOOL_ARGUMENTS, TOOL_CALL_ID
from tests.playground.cost import loop_time, memory
from tests.playground.stage import CANARY, Stage, Take

CALL = {"id": TOOL_CALL_ID, "name": TOOL, "arguments": TOOL_ARGUMENTS}
ROME = '{"location": "Rome, Italy"}'


def assert_called(take: Take, *calls: dict[str, str], reason: str = "tool_calls", text: str = "") -> None:
    """The turn completed with these calls, an event for each, and they were stored."""
    take.completes(text, reason=reason)
    assert take.closed["tool_calls"] == list(calls)
    sent_calls = [
        {"id": call["tool_call_id"], "name": call["name"], "arguments": call["arguments"]}
        for call in take.calls
    ]
    stored_calls = [{key: call[key] for key in CALL} for call in take.turn.timeline["tool_calls"]]
    assert sent_calls == stored_calls == list(calls)
    (fired,) = take.of("playground.event_fired")
    assert fired["tool_call_ids"] == [call["id"] for call in calls]


@pytest.mark.parametrize("behaviour", ["tool-whole", "tool-call"])
async def test_t1_a_call_whole_or_in_fragments_is_one_call(stage: Stage, behaviour: str) -> None:
    take = await stage.hear(behaviour)
    assert_called(take, CALL)
    assert [call["valid"] for call in take.calls] == [True]


async def test_t1_parallel_calls_are_an_event_each(stage: Stage) -> None:
    other = {"id": "call_2", "name": TOOL, "arguments": ROME}
    assert_called(await stage.hear("tool-parallel"), CALL, other)


async def test_t1_text_before_a_call_is_spoken_first(stage: Stage) -> None:
    take = await stage.hear("tool-after-text")
    assert_called(take, CALL, text="Let me look.")
    types = [event["event_type"] for event in take.events]
    assert types.index("playground.sentence") < types.index("conversation.tool_call")


async def test_t1_a_call_in_the_old_way_is_taken(stage: Stage) -> None:
    assert_called(await stage.hear("function-call"), CALL | {"id": "call_1"}, reason="function_call")


async def test_t2_calls_count_whatever_the_finish_reason(stage: Stage) -> None:
    take = await stage.hear("tool-stop")
    assert_called(take, CALL, reason="stop")
    assert take.notes == [words.CALLS_COUNT]


async def test_t2_no_arguments_are_an_empty_object(stage: Stage) -> None:
    assert_called(await stage.hear("tool-no-arguments"), CALL | {"arguments": "{}"})


@pytest.mark.parametrize(
    ("behaviour", "arguments"), [("tool-bad-json", '{"location": '), ("tool-scalar", "7")]
)
async def test_t3_arguments_that_are_no_object_are_told_as_such(
    stage: Stage, behaviour: str, arguments: str
) -> None:
    take = await stage.hear(behaviour)
    assert_called(take, CALL | {"arguments": arguments})
    assert [call["valid"] for call in take.calls] == [False]
    assert take.notes == [f"The arguments of {TOOL} are not a JSON object."]


async def test_t3_arguments_that_are_an_object_already_are_taken_and_noted(stage: Stage) -> None:
    take = await stage.hear("tool-object")
    assert_called(take, CALL | {"arguments": '{"location": "Paris, France"}'})
    assert [call["valid"] for call in take.calls] == [True]
    assert len(take.notes) == 1


async def test_t4_a_call_without_an_index_is_taken(stage: Stage) -> None:
    assert_called(await stage.hear("tool-no-index"), CALL)


async def test_t4_arguments_that_go_on_at_the_next_index_are_joined(stage: Stage) -> None:
    take = await stage.hear("tool-next-index")
    assert_called(take, CALL)
    assert "went on at the next index" in take.notes[0]


async def test_t5_a_call_without_an_id_gets_one_and_is_noted(stage: Stage) -> None:
    take = await stage.hear("tool-no-id")
    assert_called(take, CALL | {"id": "call_1"})
    assert "without an id" in take.notes[0]


async def test_t5_two_calls_of_one_id_are_told_apart_and_noted(stage: Stage) -> None:
    take = await stage.hear("tool-same-id")
    assert_called(take, CALL, {"id": f"{TOOL_CALL_ID}_2", "name": TOOL, "arguments": ROME})
    assert "same id" in take.notes[0]


async def test_t6_a_call_without_a_name_is_left_out_and_noted(stage: Stage) -> None:
    take = await stage.hear("tool-no-name")
    take.completes("", reason="tool_calls")
    assert (take.calls, take.closed["tool_calls"]) == ([], [])
    assert "A tool call without a function name was left out." in take.notes


async def test_t7_a_function_that_is_not_offered_is_named(stage: Stage) -> None:
    take = await stage.hear("tool-unknown")
    assert_called(take, {"id": "call_x", "name": "launch_rocket", "arguments": "{}"})
    assert take.notes == ["The model called launch_rocket, a function that the persona does not offer."]


@pytest.mark.parametrize("behaviour", ["tool-huge-index", "tool-negative-index", "tool-text-index"])
async def test_t8_an_odd_index_costs_nothing(stage: Stage, behaviour: str) -> None:
    assert_called(await stage.hear(behaviour), CALL)


@pytest.mark.parametrize("behaviour", ["tool-null-function", "tool-text-call"])
async def test_t9_what_is_no_call_is_left_out(stage: Stage, behaviour: str) -> None:
    take = await stage.hear(behaviour)
    assert_called(take, CALL)
    assert take.notes == ["A tool call without a function was left out."]


async def test_t9_calls_that_are_no_list_are_left_out(stage: Stage) -> None:
    take = await stage.hear("tool-not-a-list")
    take.completes("", reason="tool_calls")
    assert "sent tool calls that are not a list" in take.notes[0]


async def test_t10_arguments_without_measure_are_cut_and_marked(stage: Stage) -> None:
    await stage.hear("ok")
    async with memory() as cost:
        take = await stage.hear("huge-arguments")
    (call,) = take.calls
    assert (len(call["arguments"]), call["valid"]) == (65_536, False)
    assert any("longer than 64 Ki characters" in note for note in take.notes)
    assert cost.most_bytes < 20 * MIB
    take.completes("", reason="tool_calls")


async def test_t10_a_thousand_calls_are_thirty_two(stage: Stage) -> None:
    take = await stage.hear("tool-many")
    assert [call["tool_call_id"] for call in take.calls] == [f"call_{number}" for number in range(32)]
    assert "The LLM called more than 32 functions: the rest was left out." in take.notes


async def test_t10_deep_arguments_hold_nobody_up(stage: Stage) -> None:
    await stage.hear("ok")
    async with loop_time() as cost:
        take = await stage.hear("tool-deep")
    assert [call["valid"] for call in take.calls] == [False]
    assert cost.longest_ms < 50


async def test_t11_half_a_call_is_not_told(stage: Stage) -> None:
    take = await stage.hear("tool-cut")
    take.fails(Code.TRUNCATED, "The answer was cut off")
    assert take.calls == take.turn.timeline["tool_calls"] == []
    assert take.of("playground.event_fired") == []


async def test_t12_markup_in_a_call_is_text_on_every_page(stage: Stage) -> None:
    take = await stage.hear("tool-markup")
    assert_called(take, {"id": "<b>id</b>", "name": TOOL, "arguments": '{"location": "<img src=x>"}'})
    pages = await stage.record() + await stage.other_pages()
    assert "&lt;img src=x&gt;" in pages
    assert "<img src=x>" not in pages.replace('"<img src=x>', "")


async def test_t12_a_prototype_in_the_arguments_is_text(stage: Stage) -> None:
    take = await stage.hear("tool-proto")
    arguments = '{"__proto__": {"polluted": true}, "location": "A", "location": "B"}'
    assert_called(take, CALL | {"arguments": arguments})


async def test_t13_the_key_in_a_call_is_masked(stage: Stage) -> None:
    take = await stage.hear("echo-secret-tool")
    assert_called(take, {"id": "call_[secret]", "name": TOOL, "arguments": '{"location": "[secret]"}'})
    payloads = json.dumps(take.completions[0].payloads)
    assert "[secret]" in payloads
    assert CANARY[:14] not in payloads


async def test_a_calls_own_fields_go_back_with_it(stage: Stage) -> None:
    """Gemini's thought_signature: without it the next request is refused."""
    take = await stage.hear("signed-call")
    assert_called(take, CALL)
    (await stage.answer_call(take, "18 degrees")).says(TEXT)
    sent = json.loads(stage.server.requests()[-1]["body"])["messages"]
    (call,) = sent[-2]["tool_calls"]
    assert call == {
        "extra_content": {"google": {"thought_signature": "CiQBVKhc"}},
        "id": TOOL_CALL_ID,
        "type": "function",
        "function": {"name": TOOL, "arguments": TOOL_ARGUMENTS},
    }
    assert sent[-1] == {"role": "tool", "tool_call_id": TOOL_CALL_ID, "content": "18 degrees"}
