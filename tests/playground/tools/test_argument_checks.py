"""The arguments of a turn's calls, checked beside the event loop."""

import asyncio
from dataclasses import replace

import pytest

from playground.engine.events import NoteMade, ToolCall, TurnStatus
from playground.engine.json_types import Json
from playground.engine.limits import DEFAULT_LIMITS
from playground.tools.argument_checks import ArgumentCheck, check_arguments
from tests.playground.scripted_llm import DONE, TOOL_CALLS, call, text
from tests.playground.turn_harness import PERSONA, plan, run_turn
from tests.schemas import doubling

HASTY = replace(DEFAULT_LIMITS, argument_check_ms=200)
LATE_S = 0.25
"""Longer than a page may wait."""


def tool(name: str, schema: object) -> Json:
    return {"type": "function", "function": {"name": name, "parameters": schema}}


TOOLS = [tool("look", {"required": ["where"]}), tool("dig", doubling(40)), tool("any", None)]


async def checked(*calls: ToolCall) -> list[ArgumentCheck]:
    return await check_arguments(calls, TOOLS, limits=HASTY)


async def test_each_call_has_its_own_check() -> None:
    problems = await checked(
        ToolCall("1", "look", "{}"),
        ToolCall("2", "look", '{"where": 1}'),
        ToolCall("3", "look", "{", valid=False),
        ToolCall("4", "any", "{}"),
        ToolCall("5", "other", "{}"),
    )
    assert [len(check.faults) for check in problems] == [1, 0, 1, 0, 0]
    assert problems[2].faults == ("The arguments of look are not a JSON object.",)
    assert not any(check.left_out for check in problems)


async def test_arguments_whose_check_takes_too_long_count_as_right_and_are_noted() -> None:
    fit, late = await checked(ToolCall("1", "look", '{"where": 1}'), ToolCall("2", "dig", '{"word": "x"}'))
    assert fit == ArgumentCheck()
    assert late.faults == ()
    (note,) = late.notes
    assert note.startswith("The arguments of dig could not be checked within 200 ms")


async def test_the_event_loop_goes_on_meanwhile() -> None:
    loop = asyncio.get_running_loop()
    checking = asyncio.create_task(checked(ToolCall("1", "dig", '{"word": "x"}')))
    longest_s, before = 0.0, loop.time()
    while not checking.done():
        await asyncio.sleep(0)
        longest_s, before = max(longest_s, loop.time() - before), loop.time()
    assert longest_s < LATE_S
    assert checking.result()[0].left_out


async def test_a_check_can_be_left() -> None:
    checking = asyncio.create_task(checked(ToolCall("1", "dig", '{"word": "x"}')))
    await asyncio.sleep(0)
    checking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await checking


class TestInATurn:
    CALLING = (text("Let me look. "), call(0, id="1", name="look", arguments="{}"), TOOL_CALLS, DONE)
    PLAN = plan(replace(PERSONA, llm=replace(PERSONA.llm, tools=(TOOLS[0],))))

    def test_speech_does_not_wait_for_a_check(self) -> None:
        at_once = run_turn([*self.CALLING], plan=self.PLAN)
        late = run_turn([*self.CALLING], plan=self.PLAN, checks_after_s=0.3)
        assert late.played == at_once.played
        assert late.at(NoteMade) == [300]
        assert late.closed.timings.dead_air == at_once.closed.timings.dead_air

    def test_an_interrupt_does_not_either(self) -> None:
        turn = run_turn([*self.CALLING], plan=self.PLAN, checks_after_s=30, interrupt_at_s=0.2)
        assert turn.closed.status is TurnStatus.INTERRUPTED
        assert turn.closed.t_ms == 200
