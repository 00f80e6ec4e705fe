"""The conductor where something goes wrong: refusals, limits, ends in the middle, the one retry."""

import json
from dataclasses import replace

from playground.engine.errors.codes import Code, NotReadyError, UpstreamError
from playground.engine.events import (
    FillerStarted,
    RequestSent,
    TurnStatus,
)
from playground.engine.limits import DEFAULT_LIMITS
from tests.playground.scripted_llm import DONE, END, STOP, Step, chunk, text
from tests.playground.turn_harness import FILLER, PERSONA, plan, run_turn

FIRST = "Once upon a time, deep in a forest, a wolf lived alone."


class TestFailure:
    def test_before_the_answer_closes_the_turn_with_its_code(self) -> None:
        refused = UpstreamError(Code.AUTH_FAILED, "The model refused the key.")
        turn = run_turn([refused], plan=plan())
        assert turn.closed.status is TurnStatus.FAILED
        assert turn.closed.error is refused

    def test_in_the_middle_keeps_the_text_and_is_heard_to_its_end(self) -> None:
        broken = UpstreamError(Code.TRUNCATED, "The answer broke off.")
        turn = run_turn([text(FIRST + " "), text("And th"), broken], plan=plan())
        assert turn.closed.status is TurnStatus.FAILED
        assert turn.closed.text == FIRST + " And th"
        assert turn.closed.heard_text == FIRST + " And th"

    def test_an_end_without_a_finish_reason_is_truncated(self) -> None:
        turn = run_turn([text("Half a sen")], plan=plan())
        assert turn.closed.error is not None
        assert turn.closed.error.code is Code.TRUNCATED

    def test_a_finish_reason_without_done_is_complete(self) -> None:
        assert run_turn([text("All."), STOP], plan=plan()).closed.status is TurnStatus.COMPLETED

    def test_the_end_is_waited_for_two_seconds_after_the_finish_reason(self) -> None:
        turn = run_turn([text("All."), STOP, 60.0], plan=plan())
        assert turn.closed.status is TurnStatus.COMPLETED
        assert turn.llm.left_at_s == [2.0]

    def test_silence_ends_with_its_own_code(self) -> None:
        turn = run_turn([120.0], plan=plan())
        assert turn.closed.error is not None
        assert turn.closed.error.code is Code.FIRST_CONTENT_TIMEOUT
        assert turn.closed.t_ms == DEFAULT_LIMITS.first_content_ms

    def test_a_stall_in_the_middle_ends_with_its_own_code(self) -> None:
        turn = run_turn([text("One. "), 120.0], plan=plan())
        assert turn.closed.error is not None
        assert turn.closed.error.code is Code.STALLED
        assert turn.llm.left_at_s == [20.0]

    def test_a_short_stall_is_no_failure(self) -> None:
        turn = run_turn([text("One. "), 3.0, text("Two."), END], plan=plan())
        assert turn.closed.status is TurnStatus.COMPLETED

    def test_endless_reasoning_ends_with_the_turns_limit(self) -> None:
        thinking: list[Step] = [
            step for _ in range(200) for step in (chunk({"reasoning_content": "hm "}), 1.0)
        ]
        turn = run_turn(thinking, plan=plan())
        assert turn.closed.error is not None
        assert turn.closed.error.code is Code.TURN_TIMEOUT
        assert turn.closed.text == ""

    def test_slow_words_end_with_the_turns_limit(self) -> None:
        drip: list[Step] = [step for _ in range(100) for step in (text("word "), 5.0)]
        turn = run_turn(drip, plan=plan())
        assert turn.closed.error is not None
        assert turn.closed.error.code is Code.TURN_TIMEOUT
        assert turn.closed.text.startswith("word word")

    def test_what_cannot_be_sent_is_not_sent(self) -> None:
        refusal = NotReadyError(Code.SECRET_MISSING, "The secret has no value.")
        turn = run_turn(plan=plan(call=None, refusal=refusal))
        assert turn.closed.error is refusal
        assert turn.llm.requests == []

    def test_a_fault_of_our_own_closes_the_turn_without_its_words(self) -> None:
        turn = run_turn(plan=plan())
        assert turn.closed.status is TurnStatus.FAILED
        assert turn.closed.error is not None
        assert turn.closed.error.code is Code.INTERNAL


class TestRetry:
    BUSY = UpstreamError(Code.RATE_LIMITED, "Too many requests.", retry_after_ms=1_000, may_retry=True)

    def test_a_busy_server_is_asked_once_more_after_its_wait(self) -> None:
        turn = run_turn([self.BUSY], [text("Yes."), END], plan=plan())
        assert turn.closed.status is TurnStatus.COMPLETED
        assert turn.at(RequestSent) == [0, 1_000]
        assert [event.attempt for event in turn.of(RequestSent)] == [1, 2]

    def test_a_server_that_stays_busy_is_asked_only_twice(self) -> None:
        turn = run_turn([self.BUSY], [self.BUSY], plan=plan())
        assert turn.closed.error is self.BUSY
        assert len(turn.llm.requests) == 2

    def test_a_long_wait_is_not_waited_for(self) -> None:
        turn = run_turn([replace(self.BUSY, retry_after_ms=3_600_000)], plan=plan())
        assert turn.closed.status is TurnStatus.FAILED
        assert turn.closed.t_ms == 0

    def test_never_after_something_of_an_answer_came(self) -> None:
        turn = run_turn([text("One. "), replace(self.BUSY, retry_after_ms=0)], plan=plan())
        assert turn.closed.status is TurnStatus.FAILED
        assert len(turn.llm.requests) == 1

    def test_the_filler_of_the_turn_is_not_repeated(self) -> None:
        busy = replace(self.BUSY, retry_after_ms=3_000)
        turn = run_turn([busy], [4.0, text("Yes."), END], plan=plan(replace(PERSONA, filler=FILLER)))
        assert len(turn.of(FillerStarted)) == 1


def test_a_key_as_the_name_of_a_count_is_masked() -> None:
    key = "sk_canary_0123456789"
    usage = {"usage": {"total_tokens": 3, key: 1, "details": {key: 2}}, "choices": []}
    counting: list[Step] = [text("Hi."), STOP, f"data: {json.dumps(usage)}\n\n".encode(), DONE]
    turn_plan = plan()
    assert turn_plan.call is not None
    turn = run_turn(counting, plan=replace(turn_plan, call=replace(turn_plan.call, secrets=(key,))))
    assert turn.closed.usage == {"total_tokens": 3, "[secret]": 1, "details": {"[secret]": 2}}
