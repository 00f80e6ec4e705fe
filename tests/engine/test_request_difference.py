"""Where two platforms' requests differ: by header and by key."""

from typing import Any

from playground.engine.request import LLMRequest
from playground.engine.request_difference import MOST_DIFFERENCES, SHOWN_CHARS, differences


def request(headers: dict[str, str], **body: Any) -> LLMRequest:
    return LLMRequest("POST", "https://llm.example.com/v1/chat/completions", tuple(headers.items()), body)


def rows(own: LLMRequest, other: LLMRequest) -> list[tuple[str, str, str | None, str | None]]:
    return [(each.part, each.name, each.own, each.other) for each in differences(own, other)]


def test_equal_requests_have_none() -> None:
    one = request({"Authorization": "Bearer KEY"}, model="m", tools=[{"a": 1}])
    assert rows(one, request({"authorization": "Bearer KEY"}, model="m", tools=[{"a": 1}])) == []


def test_headers_and_keys_are_named_where_they_differ() -> None:
    own = request({"A": "1", "B": "2"}, model="m", messages=[{"role": "system"}, {"role": "user"}])
    other = request({"a": "1", "C": "3"}, model="m", messages=[{"role": "user"}], temperature=True)
    assert rows(own, other) == [
        ("header", "b", '"2"', None),
        ("header", "c", None, '"3"'),
        ("body", "messages[0].role", '"system"', '"user"'),
        ("body", "messages[1]", '{"role": "user"}', None),
        ("body", "temperature", None, "true"),
    ]


def test_long_texts_are_shown_around_their_difference() -> None:
    (row,) = differences(request({}, a="x" * 9_000 + "one"), request({}, a="x" * 9_000 + "two"))
    assert row.own is not None
    assert row.own.endswith('one"')
    assert len(row.own) <= SHOWN_CHARS + 2


def test_they_are_bounded() -> None:
    assert len(differences(request({}, a=list(range(999))), request({}, a=[]))) == MOST_DIFFERENCES + 1
