"""An interrupt that waits until the voice gets to a word: told, taken back, and cutting exactly there."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from playground.engine.events import (
    Event,
    InterruptHeld,
    InterruptWaits,
    PlayoutStarted,
    TurnClosed,
    TurnStatus,
)
from playground.engine.limits import DEFAULT_LIMITS
from playground.engine.persona import BargeIn, BargeInSettings
from playground.engine.turn_plan import TurnPlan
from playground.loop_lag import LoopLag
from playground.turns.conductor import conduct
from playground.turns.interrupt import InterruptSignal
from tests.playground.scripted_llm import END, ScriptedLLM, Step, text
from tests.playground.turn_harness import PERSONA, TurnResult, plan
from tests.virtual_time import run_virtually

FIRST, SECOND = "Once upon a time, a wolf lived alone.", "Do you know what he ate?"
STORY: list[Step] = [text(f"{FIRST} "), 0.2, text(SECOND), END]
TO_KNOW = len(f"{FIRST} Do you know")


def run_waiting(
    act: Callable[[asyncio.AbstractEventLoop, InterruptSignal], object], of: TurnPlan | None = None
) -> TurnResult:
    """Run the story; ``act`` sets the timers that ask for interrupts."""
    events: list[Event] = []
    llm = ScriptedLLM(STORY)

    async def main() -> TurnClosed:
        signal = InterruptSignal()
        act(asyncio.get_running_loop(), signal)
        return await conduct(
            of or plan(),
            open_completion=llm,
            emit=events.append,
            interrupt=signal,
            pick=lambda _: 0,
            limits=DEFAULT_LIMITS,
            lag=LoopLag(),
        )

    return TurnResult(events, run_virtually(main()), llm)


def test_it_cuts_behind_its_word_when_that_is_heard() -> None:
    turn = run_waiting(lambda loop, signal: loop.call_later(0.1, signal.wait, TO_KNOW))
    know = next(word for word in turn.of(PlayoutStarted)[1].segment.words if word.end == TO_KNOW)
    assert turn.of(InterruptWaits) == [InterruptWaits(t_ms=100, at_offset=TO_KNOW)]
    assert turn.closed.status is TurnStatus.INTERRUPTED
    assert (turn.closed.t_ms, turn.closed.heard_text) == (know.at_ms, f"{FIRST} Do you know")


def test_one_that_is_taken_back_cuts_nothing() -> None:
    def act(loop: asyncio.AbstractEventLoop, signal: InterruptSignal) -> None:
        loop.call_later(0.1, signal.wait, TO_KNOW)
        loop.call_later(0.3, signal.wait, None)

    turn = run_waiting(act)
    assert [event.at_offset for event in turn.of(InterruptWaits)] == [TO_KNOW, None]
    assert turn.closed.status is TurnStatus.COMPLETED


def test_the_barge_in_rules_hold_it_and_what_is_heard_meanwhile_counts() -> None:
    persona = replace(PERSONA, barge_in=BargeInSettings(mode=BargeIn.PHRASE))
    turn = run_waiting(
        lambda loop, signal: loop.call_later(0.1, signal.wait, len("Once upon")), plan(persona)
    )
    first = turn.of(PlayoutStarted)[0].segment
    assert turn.at(InterruptHeld) == [first.words[1].at_ms]
    assert (turn.closed.t_ms, turn.closed.heard_text) == (first.ends_ms, FIRST)
