"""What changed between two received requests."""

import json
import time
from typing import Any

from playground.engine.compared_requests import MOST_MESSAGES, Comparison, MessageChanges, compare_requests
from playground.engine.examined_request import ExaminedRequest
from playground.engine.request_difference import MOST_DIFFERENCES

SYSTEM = {"role": "system", "content": "Be brief."}


def spoken(*texts: str) -> list[dict[str, str]]:
    """Return messages of the user and the assistant in turn."""
    roles = ("user", "assistant")
    return [{"role": roles[place % 2], "content": text} for place, text in enumerate(texts)]


def received(headers: dict[str, str] | None = None, **body: Any) -> ExaminedRequest:
    pairs = tuple((headers or {}).items())
    return ExaminedRequest("POST", "/chat/completions", pairs, json.dumps(body), body)


def between(before: list[Any], after: list[Any]) -> Comparison:
    return compare_requests(received(messages=before), received(messages=after))


def changes(before: list[Any], after: list[Any]) -> tuple[int, list[str], list[str]]:
    moved = between(before, after).messages
    assert moved is not None
    return moved.kept, [each.text for each in moved.dropped], [each.text for each in moved.added]


def test_equal_requests_have_none() -> None:
    assert between(spoken("a"), spoken("a")).is_empty


def test_the_next_turn_adds_its_messages() -> None:
    assert changes([SYSTEM, *spoken("a")], [SYSTEM, *spoken("a", "b", "c")]) == (2, [], ["b", "c"])


def test_a_window_of_the_last_messages_moves() -> None:
    session = spoken("a", "b", "c", "d", "e", "f")
    assert changes([SYSTEM, *session[:4]], [SYSTEM, *session[2:]]) == (3, ["a", "b"], ["e", "f"])


def test_a_window_of_repeated_messages_moves() -> None:
    assert changes(spoken("a", "b", "a", "b"), spoken("a", "b", "a", "b", "c")) == (4, [], ["c"])
    before = [{"role": "user", "content": letter} for letter in "xabab"]
    after = [{"role": "user", "content": letter} for letter in "abac"]
    assert changes(before, after) == (2, ["x", "a", "b"], ["a", "c"])


def test_a_message_that_changed_in_its_place_shows_how() -> None:
    shown = between([SYSTEM, *spoken("a")], [{**SYSTEM, "content": "Be long."}, *spoken("a")])
    assert [(each.name, each.own, each.other) for each in shown.differences] == [
        ("messages[0].content", '"Be brief."', '"Be long."')
    ]
    assert shown.messages == MessageChanges(1, (), (), 0, 0)


def test_line_headers_and_keys_are_compared_and_the_length_is_not() -> None:
    before = received({"Content-Length": "1", "X-Turn": "1"}, model="m", messages=[])
    after = received({"Content-Length": "2", "X-Turn": "2"}, model="n", messages=[])
    assert [each.name for each in compare_requests(before, after).differences] == ["x-turn", "model"]


def test_bodies_that_are_no_json_are_compared_as_text() -> None:
    shown = compare_requests(ExaminedRequest("POST", "/", (), "one"), ExaminedRequest("GET", "/", (), "two"))
    assert [(each.part, each.own) for each in shown.differences] == [
        ("address", '"POST /"'),
        ("body", '"one"'),
    ]


def test_they_are_bounded_and_take_linear_time() -> None:
    """A hundred thousand equal messages, then another end: what a quadratic comparison would take minutes for."""
    many = [{"role": "user", "content": "a"}] * 100_000
    began = time.process_time()
    shown = between([*many, *spoken("x")], [*spoken("y", "z"), *many])
    assert time.process_time() - began < 5
    assert shown.messages is not None
    assert len(shown.messages.added) <= MOST_MESSAGES
    assert shown.messages.added_count == 100_002
    wide = compare_requests(received(a=list(range(999))), received(a=[]))
    assert (len(wide.differences), wide.is_whole) == (MOST_DIFFERENCES, False)
