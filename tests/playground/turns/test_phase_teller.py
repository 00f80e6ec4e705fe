"""The moments of a request that is not answered soon are told as they come, and each once."""

import asyncio

from playground.engine.events import Event, RequestMoved, RequestSent, ResponseReceived
from playground.engine.turn_record import TurnRecord
from playground.outgoing.phases import Moment, mark
from playground.turns.phase_teller import TOLD_AFTER_MS, PhaseTeller
from playground.turns.turn_output import TurnOutput
from tests.playground.scripted_llm import DONE, text
from tests.playground.turn_harness import plan, run_turn
from tests.virtual_time import run_virtually


def test_each_moment_is_told_when_it_comes_up_to_the_headers() -> None:
    told: list[Event] = []

    async def request() -> None:
        teller = PhaseTeller(TurnOutput(told.append))
        with teller.recorded():
            await asyncio.sleep(0.05)
            mark(Moment.LOOKUP_STARTED)
            await asyncio.sleep(1)
            mark(Moment.LOOKUP_ENDED)
            await asyncio.sleep(1)
            mark(Moment.SENT)
            mark(Moment.SENT)
            mark(Moment.HEADERS)
            teller.stop()
            await asyncio.sleep(5)
            mark(Moment.CONNECTED)
        mark(Moment.TLS_STARTED)

    run_virtually(request())
    moved = [
        (event.t_ms, [name for name, _ in event.phases]) for event in told if isinstance(event, RequestMoved)
    ]
    assert moved == [
        (TOLD_AFTER_MS, ["started", "lookup_started"]),
        (1_050, ["started", "lookup_started", "lookup_ended"]),
        (2_050, ["started", "lookup_started", "lookup_ended", "sent"]),
    ]


def test_a_request_that_is_answered_soon_tells_nothing_before() -> None:
    soon = run_turn([5.0, text("Hello."), DONE], plan=plan(is_instant=True), connects_after_s=0.09)
    late = run_turn([text("Hello."), DONE], plan=plan(is_instant=True), connects_after_s=0.5)
    assert (soon.at(RequestMoved), late.at(RequestMoved), late.at(ResponseReceived)) == ([], [100], [500])


def test_a_snapshot_has_the_moments_of_the_request_that_is_on() -> None:
    record = TurnRecord("t1", 0, 1_000)
    sent = RequestSent(t_ms=1, request={}, origins=[])
    record.apply(sent)
    record.apply(RequestMoved(t_ms=100, phases=(("started", 1),)))
    assert record.as_json(created_at="")["phases"] == [["started", 1]]
    record.apply(sent)
    assert record.as_json(created_at="")["phases"] is None
