"""The notes on oddities of complete streams."""

import json

import pytest

from playground.engine.answer import answer_messages as words
from tests.engine.answer.streams import DONE, answer, chunk, decode, event

LONG = "Once upon a time there was a girl. " * 10
STOP = chunk("stop")


@pytest.mark.parametrize(
    ("body", "note"),
    [
        (event(chunk(content="Hi.")) + event(STOP), words.NO_DONE),
        (event(chunk(content="Hi.")) + DONE, words.NO_FINISH_REASON),
        (
            event(chunk(content="Hi.")) + b'{"choices": [{"delta": {}}]}\n\n' + event(STOP) + DONE,
            words.BARE_CHUNK,
        ),
        (json.dumps(chunk("stop", content="Hi.")).encode() + b"\n", words.JSON_LINES),
        (answer(LONG), words.ONE_DELTA),
    ],
)
def test_an_oddity_is_noted_once_and_the_answer_counts(body: bytes, note: str) -> None:
    decoded = decode(body)
    assert (decoded.notes, decoded.code) == ([note], "")


@pytest.mark.parametrize("body", [answer("Hi."), answer(LONG, LONG), answer("caf\xe9"), answer("\ufffd")])
def test_an_ordinary_stream_is_not_odd(body: bytes) -> None:
    assert decode(body).notes == []


@pytest.mark.parametrize(
    ("media_type", "named"),
    [
        ("text/plain", "as text/plain:"),
        ("", "without a usable content type"),
        ("<b>", "without a usable content type"),
    ],
)
def test_another_content_type_is_named_if_it_is_one(media_type: str, named: str) -> None:
    assert named in words.another_type(media_type)
