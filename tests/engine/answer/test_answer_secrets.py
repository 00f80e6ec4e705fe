"""Secrets that a server echoes never leave the decoder, in any field, however the stream is split."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.engine.answer.decoder import AnswerDecoder
from tests.engine.answer.stream_strategies import SECRET, texts
from tests.engine.answer.streams import Decoded, answer, called, chunk, decode, event, stream


@given(
    deltas=st.lists(texts, max_size=8),
    field=st.sampled_from(["content", "reasoning", "refusal", "arguments"]),
)
def test_a_secret_passes_in_no_channel_however_it_is_cut(deltas: list[str], field: str) -> None:
    if field == "arguments":
        payloads = [called(index=0, id="a", function={"name": "f", "arguments": text}) for text in deltas]
    else:
        payloads = [chunk(**{field: text}) for text in deltas]

    decoded = decode(stream(*payloads), secrets=[SECRET])

    assert SECRET not in repr((decoded.pieces, decoded.decoder.tool_calls, decoded.decoder.verdict()))
    assert all(SECRET not in text for text in ("".join(decoded.payloads), decoded.text, decoded.reasoning))


CANARY = 'gr-canary/7f+9"Zq=x'


def _echoes(text: str) -> list[bytes]:
    half = len(text) // 2
    parts = (text[:half], text[half:])
    return [
        stream(*(chunk(content=part) for part in parts)),
        stream(*(chunk(reasoning_content=part) for part in parts)),
        stream(*(chunk(content=[{"type": "text", "text": part}]) for part in parts)),
        stream(*(called(index=0, id="a", function={"name": "f", "arguments": part}) for part in parts)),
        stream(*({"choices": [{"delta": {"content": p}, "logprobs": {"content": [{"token": p}]}}]} for p in parts)),
        stream(*({"choices": [{"delta": {"content": ""}}, {"index": 1, "delta": {"content": p}}]} for p in parts)),
        stream(*(chunk(reasoning=part, reasoning_details=[{"text": part}]) for part in parts)),
        stream(chunk(content="x") | {"id": text, "model": text, "usage": {"total_tokens": 1}}),
        stream(chunk(text, content="x")),
        ('data: {"choices":[],"id":"' + "".join(f"\\u{ord(c):04x}" for c in text) + '"}\n\n').encode(),
        event({"error": {"message": f"bad key {text}", "code": text}}),
        event({"error": f"bad key {text}"}),
        b"event: error\ndata: bad key " + text.encode() + b"\n\n",
        b"data: {bad key " + text.encode() + b"\n\n",
        event({"detail": f"bad key {text}"}),
        f"bad key {text}\n".encode(),
        json.dumps({"choices": [{"message": {"content": text}}]}).encode(),
        ("data: " + json.dumps(chunk(content="x", odd="".join(text))) + "\n\n").encode(),
        ('data: {"choices":[{"delta":{"content":"' + "".join(f"\\u{ord(c):04x}" for c in text) + '"}}]}\n\n').encode(),
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(len(_echoes(CANARY))))
def test_an_echoed_secret_is_in_nothing_that_leaves_the_decoder(number: int) -> None:
    decoded = decode(_echoes(CANARY)[number], secrets=[CANARY])

    leaving = _everything_that_leaves(decoded)
    assert CANARY not in leaving and json.dumps(CANARY)[1:-1] not in leaving
    assert CANARY[1:8] not in leaving and CANARY[-4:] not in leaving
    assert "\\u0067\\u0072" not in leaving


def _everything_that_leaves(decoded: Decoded) -> str:
    decoder = decoded.decoder
    verdict = decoder.verdict()
    parts = [
        decoder.text,
        decoder.reasoning,
        *decoded.sentences,
        *decoded.payloads,
        *decoded.notes,
        decoder.finish_reason,
    ]
    parts += [f"{call.id} {call.name} {call.arguments} {call.note}" for call in decoder.tool_calls]
    parts += [json.dumps(decoder.usage), f"{verdict.message} {verdict.excerpt}" if verdict else ""]
    return "".join(decoded.payloads) + "\n".join(parts)


def test_a_secret_that_two_channels_spell_together_is_masked() -> None:
    tagged = decode(answer(f"{SECRET[:6]}</think>{SECRET[6:]}"), secrets=[SECRET])
    mixed = decode(
        stream(
            chunk(reasoning=SECRET[:6] + "!"),
            chunk(reasoning=SECRET[:6]),
            chunk(content=f"<think>{SECRET[6:]}"),
        ),
        secrets=[SECRET],
    )

    assert tagged.text == tagged.sentences[0] == "[secret]"
    assert SECRET not in mixed.reasoning


def test_what_holds_no_secret_is_kept_with_all_its_fields_also_where_it_is_escaped() -> None:
    payload = (
        r'{"choices":[{"index":0,"delta":{"role":"assistant","content":"\u041d\u0435"},"filter":1}],"x":7}'
    )

    (stored, *_) = decode(b"data: " + payload.encode() + b"\n\n", secrets=[SECRET]).payloads

    assert json.loads(stored) == json.loads(payload)


def test_a_decoder_never_names_a_secret_in_its_repr() -> None:
    assert SECRET not in repr(AnswerDecoder(secrets=[SECRET]))


@pytest.mark.parametrize(
    ("secret", "quoted"),
    [("sk-abcdefgh1234", "sk-abc\u200bdefgh1234"), ("two  spaces in it", "two  spaces in it")],
    ids=["cleaning joins it", "cleaning changes it"],
)
def test_a_secret_in_an_error_is_masked_though_cleaning_changes_the_text(secret: str, quoted: str) -> None:
    as_json = decode(event({"error": {"message": f"key {quoted}."}}), secrets=[secret]).decoder.failure
    as_text = decode(f"event: error\ndata: key {quoted}.\n\n".encode(), secrets=[secret]).decoder.failure

    assert as_json is not None and as_text is not None
    assert as_json.excerpt == as_text.excerpt == "key [secret]."


@pytest.mark.parametrize("before", range(285, 305, 3))
def test_a_secret_that_an_excerpt_would_cut_is_masked(before: int) -> None:
    secret = "sk-0123456789abcdef"
    line = "x" * before + secret
    decoded = decode(line.encode() + b"\n\n", secrets=[secret])
    failure = decoded.decoder.verdict()
    assert failure is not None
    assert failure.excerpt.startswith("xxx")
    assert secret[:4] not in failure.excerpt


def test_a_secret_beyond_what_is_looked_at_is_masked() -> None:
    secret = "sk-0123456789abcdef"
    hidden = "\u200b" * (16 * 1024 - 5) + secret
    payload = json.dumps({"error": {"message": hidden}}).encode()
    failure = decode(b"data: " + payload + b"\n\n", secrets=[secret]).decoder.failure
    assert failure is not None
    assert secret[:4] not in failure.excerpt


@pytest.mark.parametrize("before", range(46, 64, 3))
def test_a_secret_that_the_longest_finish_reason_would_cut_is_masked(before: int) -> None:
    decoded = decode(stream(chunk(content="Hi."), chunk("x" * before + SECRET + "x" * 64)), secrets=[SECRET])

    assert SECRET[:6] not in decoded.decoder.finish_reason
    assert len(decoded.decoder.finish_reason) <= 64
