"""Properties of every answer: splitting doesn't matter, nothing raises, a replay gives the same answer."""

import json

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from playground.engine.answer.decoder import ContentPiece, ReasoningPiece
from tests.engine.answer.stream_strategies import SECRET, SMALL, bodies, json_values, places
from tests.engine.answer.streams import answer, chunk, cut, decode, decode_pieces, event


@settings(max_examples=150)
@given(body=bodies, places=places)
def test_the_pieces_do_not_depend_on_how_the_bytes_are_cut(body: bytes, places: list[int]) -> None:
    whole = decode(body, secrets=[SECRET], limits=SMALL)

    assert decode_pieces(cut(body, places), secrets=[SECRET], limits=SMALL).everything == whole.everything


@given(body=bodies)
def test_byte_by_byte_is_one_of_the_ways(body: bytes) -> None:
    pieces = [body[place : place + 1] for place in range(len(body))]

    assert decode_pieces(pieces, secrets=[SECRET]).everything == decode(body, secrets=[SECRET]).everything


@given(body=bodies)
def test_offsets_follow_each_other_and_everything_can_be_encoded_and_holds_no_nul(body: bytes) -> None:
    decoded = decode(body)

    for kind in (ContentPiece, ReasoningPiece):
        offset = 0
        for piece in (piece for piece in decoded.pieces if isinstance(piece, kind)):
            assert piece.offset == offset
            offset += len(piece.text)
    assert (decoded.text, decoded.reasoning) == (decoded.decoder.text, decoded.decoder.reasoning)
    everything = repr((decoded.everything, decoded.decoder.tool_calls))
    assert "\\ud8" not in everything.replace("\\\\ud8", "") and "\\x00" not in everything


@settings(max_examples=150)
@given(body=bodies)
@example(body=event(chunk(content=SECRET[0])) + event(chunk(role="tool")))
def test_the_kept_payloads_give_the_same_answer_when_they_are_replayed(body: bytes) -> None:
    assume(b"event: error" not in body)  # payloads are kept without the names of their events
    first = decode(body, secrets=[SECRET])
    replayed = decode(b"".join(_as_event(payload) for payload in first.payloads), secrets=[SECRET])

    assert replayed.text == first.text
    assert sorted(replayed.reasoning) == sorted(
        first.reasoning
    )  # two sources of it at once may change places


def _as_event(payload: str) -> bytes:
    return b"".join(b"data: " + line.encode() + b"\n" for line in payload.split("\n")) + b"\n"


@settings(max_examples=150)
@given(payload=json_values, secrets=st.sampled_from([[], [SECRET]]), in_events=st.booleans())
def test_any_json_is_an_answer_or_fails_in_a_sentence(
    payload: object, secrets: list[str], in_events: bool
) -> None:
    data = json.dumps(payload).encode()

    decoded = decode(event(payload) if in_events else data, secrets=secrets)

    verdict = decoded.decoder.verdict()
    assert verdict is not None or decoded.decoder.ended or decoded.decoder.finished
    assert verdict is None or verdict.message.endswith((".", "?"))
    assert all(secret not in decoded.text + "".join(decoded.payloads) for secret in secrets)


@given(body=st.binary(max_size=200))
def test_no_bytes_raise(body: bytes) -> None:
    assert decode(body).decoder.verdict() is not None or b"[DONE]" in body


def test_without_secrets_payloads_are_kept_as_they_came() -> None:
    body = answer("Hé", "llo ", "s") + event(chunk(content="after"))

    assert [f"data: {payload}\n\n".encode() for payload in decode(body).payloads] == [
        part + b"\n\n" for part in body.split(b"\n\n")[:6]
    ]
