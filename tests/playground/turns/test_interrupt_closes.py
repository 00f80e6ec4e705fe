"""Over a real socket: within 50 ms of an interrupt the server sees that its client has gone, in every phase."""

import asyncio
import time
from dataclasses import replace

import pytest

from playground.engine.events import ContentDelta, Event, RequestSent, TurnStatus
from playground.engine.limits import DEFAULT_LIMITS
from playground.engine.turn_plan import Call
from playground.loop_lag import LoopLag
from playground.outgoing.completion import open_completion
from playground.turns.conductor import conduct
from playground.turns.interrupt import Interrupt, InterruptSignal
from tests.llm_server.fixture import LLMServerHandle
from tests.playground.sending import wire
from tests.playground.turn_harness import PERSONA, plan

CLOSED_WITHIN_MS = 50
TAKES = 3
"""The best of so many counts: what else the machine does is no delay of ours."""


@pytest.mark.usefixtures("loopback_is_open")
@pytest.mark.parametrize(
    ("behaviour", "begun"),
    [("never", RequestSent), ("head-only", RequestSent), ("drip", ContentDelta)],
    ids=["before the first byte", "after the headers", "between two deltas"],
)
async def test_the_request_is_closed_within_50_ms(
    llm_server: LLMServerHandle, behaviour: str, begun: type[Event]
) -> None:
    took = [await _left_after_ms(llm_server, behaviour, begun) for _ in range(TAKES)]
    assert min(took) <= CLOSED_WITHIN_MS


async def _left_after_ms(server: LLMServerHandle, behaviour: str, begun: type[Event]) -> float:
    """Return how long after the interrupt the server noticed; both clocks are this machine's monotonic one."""
    server.reset()
    signal = InterruptSignal()
    has_begun = asyncio.Event()

    def emit(event: Event) -> None:
        if isinstance(event, begun):
            has_begun.set()

    request = wire(server.completions_url(behaviour))
    turn = asyncio.create_task(
        conduct(
            plan(PERSONA, call=Call(shown={}, origins=[], wire=request)),
            open_completion=open_completion,
            emit=emit,
            interrupt=signal,
            pick=lambda _: 0,
            limits=replace(DEFAULT_LIMITS, first_content_ms=10_000),
            lag=LoopLag(),
        )
    )
    await has_begun.wait()
    await server.until_asked()
    asked_at = time.monotonic()
    signal.ask(Interrupt())
    assert (await turn).status is TurnStatus.INTERRUPTED
    departure = await server.until_left()
    return float(departure["at_ms"] + departure["client_left_after_ms"] - asked_at * 1000)
