"""*Check connection* and a replay leave out the time in which this process itself stood still."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest

from playground import connection_check
from playground.connection_check import PreparedCheck, observe
from playground.engine.errors.codes import Code
from playground.inspectors import replay as replaying
from playground.inspectors.replay import PreparedReplay, replay
from tests.playground.scripted_llm import END, ROLE, ScriptedLLM, Step, text
from tests.playground.sending import wire
from tests.virtual_time import VirtualLoop, run_virtually

T = TypeVar("T")

CHECK = PreparedCheck(wire("https://llm.example.com/v1"), (), None, is_tls=True, is_own=False)
REPLAY = PreparedReplay("Mert", "https://llm.example.com/v1", wire("https://llm.example.com/v1"), (), None)
ANSWER: list[Step] = [ROLE, 1.0, text("One."), 2.0, text(" Two."), END]
SILENT: list[Step] = [ROLE, text("One."), 600.0]


def held_up(asking: Coroutine[Any, Any, T], *script: Step) -> T:
    """Return what is found with such an LLM while the process stands still for a minute, from half a second on."""

    async def main() -> T:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        loop.call_later(0.5, loop.pass_time, 60.0)
        return await asking

    with pytest.MonkeyPatch.context() as patch:
        for module in (connection_check, replaying):
            patch.setattr(module, "open_completion", ScriptedLLM(script))
        return run_virtually(main())


def test_a_check_takes_the_answer_and_gives_its_own_times() -> None:
    observation = held_up(observe(CHECK), *ANSWER)
    assert (observation.error, observation.verdict, observation.has_done) == (None, None, True)
    assert observation.first_delta_ms == pytest.approx(500, abs=200)


def test_a_replay_takes_the_answer_and_gives_its_own_times() -> None:
    answer = held_up(replay(REPLAY), *ANSWER)
    assert (answer.error, answer.text) == (None, "One. Two.")
    assert answer.first_delta_ms == pytest.approx(500, abs=200)
    assert answer.total_ms == pytest.approx(2_500, abs=200)


def test_a_server_that_is_silent_afterwards_too_has_stalled() -> None:
    checked, replayed = held_up(observe(CHECK), *SILENT), held_up(replay(REPLAY), *SILENT)
    assert checked.verdict is not None and replayed.error is not None
    assert {checked.verdict.code, replayed.error.code} == {Code.STALLED}
