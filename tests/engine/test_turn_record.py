"""The fold of a turn's events."""

from dataclasses import replace
from typing import Any

from playground.engine.errors.codes import Code, UpstreamError
from playground.engine.events import (
    AnswerBegan,
    AnswerEnded,
    ContentDelta,
    Event,
    FillerSkipped,
    PayloadReceived,
    PlayoutEnded,
    PlayoutStarted,
    RequestSent,
    ResponseReceived,
    Segment,
    Sentence,
    SentenceCompleted,
    SynthesisStarted,
    Timings,
    ToolCall,
    ToolCalled,
    TurnClosed,
    TurnKind,
    TurnStarted,
    TurnStatus,
)
from playground.engine.turn_record import DELTA_TIMES, TurnRecord

SEGMENT = Segment(1, "sentence", 0, "Hi.", synthesis_ms=10, starts_ms=20, ends_ms=30)


def record(*events: Event) -> TurnRecord:
    built = TurnRecord("t1", 3, cassette_bytes=20)
    for event in events:
        built.apply(event)
    return built


def closed(status: TurnStatus = TurnStatus.COMPLETED, **fields: Any) -> TurnClosed:
    return TurnClosed(t_ms=40, status=status, text="Hi.", heard_text="Hi", **fields)


def test_an_open_turn_shows_how_far_it_has_come() -> None:
    shown = record(
        TurnStarted(t_ms=0, kind=TurnKind.USER, text="Hello", client_msg_id="m1"),
        RequestSent(t_ms=1, request={}, origins=[]),
        AnswerBegan(t_ms=4),
        ContentDelta(t_ms=5, offset=0, text="H"),
        ContentDelta(t_ms=6, offset=1, text="i."),
        AnswerEnded(t_ms=7),
        SentenceCompleted(t_ms=7, sentence=Sentence(0, 0, 3, "Hi."), spoken="Hi."),
    ).as_json(created_at="now")
    assert (shown["turn_id"], shown["turn_idx"], shown["status"]) == ("t1", 3, "streaming")
    assert (shown["user_text"], shown["text"], shown["client_msg_id"]) == ("Hello", "Hi.", "m1")
    assert shown["delta_times_ms"] == [5, 6]
    assert (shown["timings_ms"], shown["answer_ended"], shown["delta_count"]) == ({"ttfb": 4}, True, 2)
    assert shown["sentences"] == [{"index": 0, "start": 0, "end": 3, "kind": "sentence", "t_ms": 7}]


def test_a_closed_turn_shows_its_end() -> None:
    error = UpstreamError(Code.TRUNCATED, "Cut off.")
    shown = record(closed(TurnStatus.FAILED, error=error, timings=Timings(ttft=5))).as_json(created_at="now")
    assert shown["status"] == "failed"
    assert shown["error"] == {"code": "truncated", "message": "Cut off."}
    assert shown["timings_ms"]["ttft"] == 5
    assert shown["heard_text"] == "Hi"


def test_a_segment_goes_from_synthesis_to_its_end() -> None:
    built = record(SynthesisStarted(t_ms=10, segment=SEGMENT), PlayoutStarted(t_ms=20, segment=SEGMENT))
    assert "cut" not in built.timeline()["segments"][0]
    built.apply(PlayoutEnded(t_ms=30, segment=SEGMENT, cut=True))
    assert built.timeline()["segments"][0]["cut"] is True


def test_a_segment_keeps_its_breaks() -> None:
    segment = replace(SEGMENT, pauses_ms=((15, 18),))
    built = record(PlayoutEnded(t_ms=20, segment=segment))
    assert built.timeline()["segments"][0]["pauses"] == [[15, 18]]


def test_what_was_never_heard_is_no_part_of_a_closed_turn() -> None:
    built = record(SynthesisStarted(t_ms=10, segment=SEGMENT), closed(TurnStatus.INTERRUPTED))
    assert built.timeline()["segments"] == []


def test_only_an_interrupted_turn_says_when_it_was_cut() -> None:
    assert record(closed()).timeline()["interrupted_at_ms"] is None
    assert record(closed(TurnStatus.INTERRUPTED)).timeline()["interrupted_at_ms"] == 40


def test_the_arrival_times_are_thinned_and_keep_their_span() -> None:
    deltas = [ContentDelta(t_ms=n, offset=n, text="x") for n in range(20_000)]
    times = record(*deltas).delta_times_ms
    assert len(times) <= DELTA_TIMES
    assert times == sorted(times)
    assert times[-1] > 19_000


def test_the_cassette_has_a_limit() -> None:
    built = record(PayloadReceived(t_ms=1, data="x" * 15), PayloadReceived(t_ms=2, data="y" * 15))
    assert built.payloads == [(1, "x" * 15)]


def test_the_newest_response_counts() -> None:
    built = record(
        RequestSent(t_ms=0, request={}, origins=[]),
        ResponseReceived(t_ms=1, status=200, headers=()),
        RequestSent(t_ms=2, request={}, origins=[], attempt=2),
        ResponseReceived(t_ms=3, status=201, headers=()),
    )
    assert built.timeline()["response_status"] == 201


def test_calls_and_fillers_are_kept() -> None:
    built = record(
        ToolCalled(t_ms=1, call=ToolCall("call_1", "look", "{}")),
        FillerSkipped(t_ms=2, reason="answer_in_time", due_ms=1_000),
    ).timeline()
    assert built["tool_calls"] == [{"id": "call_1", "name": "look", "arguments": "{}", "valid": True}]
    assert built["filler"] == {
        "state": "skipped",
        "phrase": None,
        "reason": "answer_in_time",
        "due_ms": 1_000,
    }
