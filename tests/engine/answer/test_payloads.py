"""The JSON of one payload: odd numbers and strings are accepted or become None; invalid JSON raises ValueError."""

import pytest

from playground.engine.answer.payloads import parse_event, parse_payload


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b'{"a": [1, 2.5, true, null, "\xc3\xa9"]}', {"a": [1, 2.5, True, None, "é"]}),
        (b'["\\ud83d", NaN, -Infinity]', ["\ud83d", None, None]),
        (b"[1e999, -1e999, 1.5]", [None, None, 1.5]),
        (b"[" + b"9" * 5000 + b", 7]", [None, 7]),
        (b'["a\xffb"]', ["a\ufffdb"]),
        (b'["a\tb\x00"]', ["a\tb\x00"]),
        (b'{"a": 1, "a": 2}', {"a": 2}),
    ],
)
def test_what_is_odd_about_a_value_costs_nothing_beside_it(data: bytes, value: object) -> None:
    assert parse_payload(data) == value


@pytest.mark.parametrize("data", [b"", b"{", b"{nope}", b"[" * 100_000, b'{"a":' * 50_000, b"\xff"])
def test_what_is_no_json_raises_value_error(data: bytes) -> None:
    with pytest.raises(ValueError):
        parse_payload(data)


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[" * 100_000, b'["a\xffb"]', b'["a\tb"]', b"[" + b"9" * 5000 + b"]"]
)
def test_an_event_is_read_as_strictly_as_the_official_client_reads_it(data: bytes) -> None:
    with pytest.raises(ValueError):
        parse_event(data)


@pytest.mark.parametrize(
    ("data", "value"),
    [(b"[NaN, 1e999]", [None, None]), (b"[" + b"9" * 4000 + b"]", [None]), (b'["\\ud83d"]', ["\ud83d"])],
)
def test_an_event_may_hold_what_the_official_client_reads(data: bytes, value: object) -> None:
    assert parse_event(data) == value
