"""A plain chunk means the same whichever way it is read."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.engine.answer.cassette import PassedTexts, kept_payload, kept_plain_payload
from playground.engine.answer.chunks import Chunk
from playground.engine.answer.judging import judge
from playground.engine.answer.notes import TurnNotes
from playground.engine.answer.pieces import ContentPiece, PayloadPiece
from playground.engine.answer.plain_chunks import plain_text
from playground.engine.answer.redaction import Redactor
from playground.engine.answer.sse import ServerSentEvent
from playground.engine.limits import Limits
from tests.engine.answer.stream_strategies import SECRET, texts
from tests.engine.answer.streams import answer, chunk, decode, decode_pieces, event, stream

_ODD = st.sampled_from(
    [None, 0, 1, "", "0", "error", "stop", "tool", "assistant", True, False, {}, [], [1], {"a": 1}]
)
_NAMES = [
    (
        "payload",
        "object id usage error code status message detail type x_groq model success base_resp errors ok choices",
    ),
    ("choice", "index finish_reason logprobs error text message usage stop_reason token_ids delta"),
    ("delta", "role refusal tool_calls function_call reasoning thinking reasoning_details audio content"),
]
_PLACES = st.sampled_from([(place, name) for place, names in _NAMES for name in names.split()])


@st.composite
def _payloads(draw: st.DrawFn) -> dict[str, Any]:
    """Return a chunk of text with at most two fields that are odd."""
    payload: dict[str, Any] = chunk(content=draw(texts))
    holders = {"payload": payload, "choice": payload["choices"][0], "delta": payload["choices"][0]["delta"]}
    for place, name in draw(st.lists(_PLACES, max_size=2)):
        holders[place][name] = draw(_ODD)
    return payload


@settings(max_examples=400)
@given(payload=_payloads(), secrets=st.sampled_from([[], [SECRET]]))
def test_a_plain_chunk_is_judged_read_and_kept_as_any_other(
    payload: dict[str, Any], secrets: list[str]
) -> None:
    text = plain_text(payload)
    if not text:
        return
    redactor, notes = Redactor(secrets), TurnNotes()
    raw = json.dumps(payload)

    read, failure = judge(ServerSentEvent(raw.encode()), payload, "", redactor, notes)

    role = payload["choices"][0]["delta"].get("role") or ""
    assert (read, failure, notes.texts) == (Chunk(content=text, role=role), None, ())
    for passed in (text, text[1:]):
        kept = kept_payload(raw, payload, Chunk(content=text), PassedTexts(passed), redactor)
        assert kept_plain_payload(raw, payload, text, passed, redactor) == kept


@pytest.mark.parametrize(
    "payload",
    [
        chunk(content="Hi"),
        chunk(content="Hi", role="assistant"),
        chunk(content="Hi", refusal=None, tool_calls=None, function_call=None),
        chunk(content="Hi")
        | {"usage": None, "system_fingerprint": "fp_1", "service_tier": "default", "obfuscation": "x"},
    ],
)
def test_what_servers_send_for_most_deltas_is_plain(payload: dict[str, Any]) -> None:
    assert plain_text(payload) == "Hi"


def test_the_deltas_of_one_read_are_shown_together_and_stored_as_they_came() -> None:
    """The first is shown alone: one that is as long as the text before it is compared with it."""
    body = answer("Once upon ", "a ", "time", ". There")

    pieces = decode(body).pieces

    assert [piece for piece in pieces if isinstance(piece, ContentPiece)] == [
        ContentPiece(0, "Once upon "),
        ContentPiece(10, "a time. There"),
    ]
    assert len([piece for piece in pieces if isinstance(piece, PayloadPiece)]) == 7


def test_payloads_are_made_only_as_long_as_the_cassette_has_room() -> None:
    payloads = [chunk(content=f"word {number} ") for number in range(20)]
    room = len(event(payloads[0])) * 3

    whole = decode(stream(*payloads))
    kept = decode(stream(*payloads), limits=Limits(cassette_bytes=room))

    assert kept.text == whole.text
    assert kept.payloads[:-1] == whole.payloads[:4]


@given(words=st.lists(texts, max_size=30), secrets=st.sampled_from([[], [SECRET], ["s", SECRET]]))
def test_an_answer_of_plain_chunks_is_the_same_read_by_read_and_at_once(
    words: list[str], secrets: list[str]
) -> None:
    events = [event(chunk(content=word)) for word in words] + [answer()]

    by_read = decode_pieces(events, secrets=secrets)

    assert decode_pieces([b"".join(events)], secrets=secrets).everything == by_read.everything
