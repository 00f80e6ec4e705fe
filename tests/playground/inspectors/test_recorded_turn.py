"""A recorded answer becomes the turn that a rehearsal of the same bytes at the same times is."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from playground.engine.addresses.address import parse_address
from playground.engine.errors.codes import Code, UpstreamError
from playground.engine.events import TurnStatus
from playground.engine.json_types import Json
from playground.engine.recorded_turn import (
    CALLER_LEFT,
    NOT_READABLE,
    ONLY_A_BEGINNING,
    AnswerEnd,
    RecordedAnswer,
    RecordedRequest,
    recorded_turn,
)
from playground.engine.turn_record import TurnRecord
from tests.engine.answer.stream_cases import ADDRESS, CASES, FUNCTION, StreamCase
from tests.playground.scripted_llm import DONE, END, ROLE, STOP, TOOL_CALLS, Step, call, text
from tests.playground.turn_harness import PERSONA, plan, run_turn

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HEADERS = (("content-type", "text/event-stream"),)
BROKEN = UpstreamError(Code.TRUNCATED, "The connection broke.")
TOOLS = ({"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}},)
PERSONA_WITH_TOOLS = replace(PERSONA, llm=replace(PERSONA.llm, tools=TOOLS))
REQUEST = RecordedRequest(
    {"url": "shown", "body": {"tools": list(TOOLS)}},
    parse_address("https://llm.example/v1"),
    "Tell me about the wolf.",
)

STORY: list[Step] = [0.3, ROLE, 0.1, text("Once upon a time, deep in a forest, "), 0.2, text("a wolf lived alone. "),
                     0.2, text("Do you know what he ate?"), 0.1, END]  # fmt: skip
SCRIPTS: dict[str, list[Step]] = {
    "a story": STORY,
    "a pause after a sentence": [0.1, text("It rains."), 2.0, text(" Take a coat."), END],
    "a tool call": [0.1, call(0, id="a", name="f", arguments="{}"), TOOL_CALLS, DONE],
    "an end without a finish": [0.1, text("Half an answer. And"), 0.3],
    "a break": [0.1, text("Half an answer. And"), 0.3, BROKEN],
    "a break after the end": [0.1, text("All of it."), STOP, 0.1, BROKEN],
    "an error": [0.1, b'data: {"error": {"message": "Overloaded"}}\n\n'],
}


def recorded(script: list[Step]) -> RecordedAnswer:
    parts: list[tuple[int, bytes]] = []
    now_s, error = 0.0, None
    for step in script:
        if isinstance(step, bytes):
            parts.append((round(now_s * 1000), step))
        elif isinstance(step, UpstreamError):
            error = step
        else:
            assert isinstance(step, float)
            now_s += step
    end = AnswerEnd.BROKEN if error else AnswerEnd.COMPLETE
    return RecordedAnswer(200, HEADERS, tuple(parts), 0, 0, round(now_s * 1000), end, error)


def rehearsed(script: list[Step]) -> TurnRecord:
    record = TurnRecord("t1", 0, 1_000_000)
    for event in run_turn(script, plan=plan(PERSONA_WITH_TOOLS)).events:
        record.apply(event)
    return record


def shown(record: TurnRecord) -> Json:
    return record.as_json(created_at="now")


def turn(answer: RecordedAnswer, request: RecordedRequest = REQUEST) -> TurnRecord:
    return recorded_turn(request, answer, turn_id="t1", now=NOW)


def answered(*parts: bytes, status: int = 200, **fields: Any) -> RecordedAnswer:
    timed = tuple((100 * place, part) for place, part in enumerate(parts, start=1))
    return RecordedAnswer(status, HEADERS, timed, 10, 50, 100 * len(parts), **fields)


@pytest.mark.parametrize("name", SCRIPTS)
def test_it_is_the_turn_of_a_rehearsal(name: str) -> None:
    script = SCRIPTS[name]
    expected, got = rehearsed(script), turn(recorded(script))
    assert shown(got) == shown(expected)
    assert got.payloads == expected.payloads
    assert got.deltas == expected.deltas


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_an_answer_of_any_kind_is_read_as_from_its_server(case: StreamCase) -> None:
    tools = [{"type": "function", "function": {"name": FUNCTION}}]
    request = RecordedRequest({"url": ADDRESS, "body": {"tools": tools}}, parse_address(ADDRESS))
    closed = turn(answered(case.body), request).closed
    assert closed is not None
    assert closed.text == case.text
    assert (closed.error.code if closed.error else "") == case.code
    assert [(each.name, each.arguments) for each in closed.tool_calls] == case.calls


def test_a_caller_who_leaves_cuts_the_voice() -> None:
    record = turn(answered(text("Once upon a time. "), text("And so on and on"), end=AnswerEnd.CALLER_LEFT))
    assert record.status is TurnStatus.INTERRUPTED
    assert shown(record)["interrupted_at_ms"] == 200
    assert CALLER_LEFT in record.notes


def test_a_caller_who_leaves_once_all_is_there_cuts_nothing() -> None:
    record = turn(answered(text("All of it."), STOP, end=AnswerEnd.CALLER_LEFT))
    assert record.status is TurnStatus.COMPLETED


def test_a_refusal_says_why_and_shows_its_first_words() -> None:
    body = b'{"error": {"message": "No such key", "code": "invalid_api_key"}}'
    record = turn(answered(body, status=401))
    error = shown(record)["error"]
    assert (error["code"], error["excerpt"]) == ("auth_failed", "No such key")
    assert shown(record)["response_status"] == 401
    assert "No such key" in shown(record)["response_body"]


def test_a_failure_of_our_own_keeps_its_sentence() -> None:
    record = turn(answered(b"{}", status=502, error=BROKEN, end=AnswerEnd.BROKEN))
    assert shown(record)["error"] == BROKEN.as_json()


@pytest.mark.parametrize(
    ("fields", "note"), [({"is_whole": False}, ONLY_A_BEGINNING), ({"is_readable": False}, NOT_READABLE)]
)
def test_what_was_not_kept_is_no_failure(fields: Json, note: str) -> None:
    record = turn(answered(text("It goes on and"), **fields))
    assert record.status is TurnStatus.COMPLETED
    assert note in record.notes


def test_a_call_that_was_not_offered_is_noted() -> None:
    answer = answered(call(0, id="a", name="g", arguments="{}"), TOOL_CALLS, DONE)
    assert turn(answer).notes == ["The model called g, a function that the request does not offer."]
