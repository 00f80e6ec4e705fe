"""What a stored answer's payloads became: the same as when they were read."""

import json

import pytest

from playground.engine.answer.decoder import AnswerDecoder
from playground.engine.answer.replay import Became, ReadPayload, Replay
from tests.engine.answer.stream_cases import ADDRESS, CASES, FUNCTION, StreamCase
from tests.engine.answer.streams import DONE, Decoded, called, chunk, event

FRAMED_WRONGLY = {
    "unreadable: data: twice from the start",
    "unreadable: no blank line at all",
    "error: an event named error that holds a chunk",
    "error: an event named error that holds an error and a chunk",
}
"""A cassette has payloads, and nothing of what stands around them: how these are read can't be told from it."""


def stored(body: bytes) -> list[tuple[int, str]]:
    """Return the body's cassette, whose payloads arrived 10 ms after each other."""
    decoder = AnswerDecoder(functions={FUNCTION}, address=ADDRESS)
    decoded = Decoded(decoder, [*decoder.feed(body), *decoder.close()])
    return [(10 * place, data) for place, data in enumerate(decoded.payloads)]


def replayed(body: bytes) -> list[ReadPayload]:
    return list(Replay(functions={FUNCTION}).read(stored(body)))


def texts(read: list[ReadPayload], kind: Became) -> list[str]:
    return [text for payload in read for became, text in payload.became if became is kind]


READABLE = {name: case for name, case in CASES.items() if name not in FRAMED_WRONGLY}


@pytest.mark.parametrize("case", READABLE.values(), ids=READABLE.keys())
def test_an_answer_of_any_kind_is_read_from_its_cassette_as_from_its_server(case: StreamCase) -> None:
    payloads = stored(case.body)
    replay = Replay(functions={FUNCTION})
    read = list(replay.read(payloads))
    assert replay.text == case.text
    assert "".join(texts(read, Became.DELTA)) == case.text
    assert [(payload.t_ms, payload.data) for payload in read if payload.t_ms is not None] == payloads


def test_each_payload_names_what_it_became() -> None:
    body = (
        event(chunk(role="assistant", content=""))
        + event(chunk(reasoning_content="They greet."))
        + event(chunk(content="Hello there. How"))
        + event(chunk(content=" are you?"))
        + event(called(index=0, id="c1", function={"name": FUNCTION, "arguments": '{"gue'}))
        + event(called(index=0, function={"arguments": 'sts": 4}'}))
        + event(chunk("tool_calls") | {"usage": {"completion_tokens": 7}})
        + DONE
    )
    assert [payload.became for payload in replayed(body)] == [
        (),
        ((Became.REASONING, "They greet."),),
        ((Became.DELTA, "Hello there. How"), (Became.SENTENCE, "Hello there.")),
        ((Became.DELTA, " are you?"),),
        ((Became.CALL, 'book_table({"gue'),),
        ((Became.CALL, 'sts": 4}'),),
        ((Became.FINISH, "tool_calls"), (Became.USAGE, "completion_tokens 7")),
        ((Became.SENTENCE, "How are you?"),),
    ]


def test_what_only_the_end_brings_stands_last() -> None:
    *_, end = replayed(event(chunk(content="Hello")))
    assert (end.t_ms, end.data) == (None, "")
    assert (Became.SENTENCE, "Hello") in end.became


def test_a_failure_stands_with_the_payload_that_has_it() -> None:
    read = replayed(event(chunk(content="Hello.")) + event({"error": {"message": "Overloaded"}}))
    assert [bool([kind for kind, _ in payload.became if kind is Became.FAILURE]) for payload in read] == [
        False,
        True,
    ]


def test_a_body_in_one_json_is_one_payload() -> None:
    message = {"choices": [{"message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}]}
    (payload, end) = replayed(json.dumps(message).encode())
    assert (payload.data, payload.became) == (json.dumps(message), ())
    assert texts([end], Became.DELTA) == ["Hello."]
