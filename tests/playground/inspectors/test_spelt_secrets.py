"""Secrets that only the JSON of a body or an answer spells."""

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

from playground.engine.answer.redaction import MASK
from playground.inspectors.lossless_text import STEP
from playground.inspectors.masking import Masker

KEY = "sk-Known/Secret+Value==42&x"
FIRST, SECOND = KEY[:11], KEY[11:]
MASKER = Masker([KEY], ())
ESCAPED = "".join(f"\\u{ord(char):04x}" for char in KEY)


@pytest.mark.parametrize("spelt", [ESCAPED, KEY.replace("=", "\\u003D"), KEY.replace("/", "\\/")])
def test_an_escaped_secret_is_masked_in_a_request(spelt: str) -> None:
    assert MASKER.body(f'{{"a":  "\\u0041", "b": "x {spelt}"}}'.encode()) == (
        f'{{"a":  "\\u0041", "b": "x {MASK}"}}'.encode()
    )


@pytest.mark.parametrize("before", ["", "a", "ab", "abc", ".", "\u00fc", "x" * (STEP - 3), "x" * (STEP - 1)])
@pytest.mark.parametrize(
    "encode",
    [
        lambda key: base64.b64encode(b"user:" + key).decode(),
        lambda key: base64.urlsafe_b64encode(b'{"k":"' + key + b'"}').decode(),
        lambda key: "".join(f"%{byte:02x}" for byte in key),
        lambda key: "\0".join(key.decode()),
        lambda key: base64.encodebytes(b"u" * 40 + key).decode(),
        lambda key: json.dumps(base64.encodebytes(b"u" * 40 + key).decode().replace("\n", "\r\n")),
        lambda key: quote(base64.encodebytes(b"u" * 40 + key)),
        lambda key: base64.b64encode(key.decode().encode("utf-16")).decode(),
        lambda key: key.hex(),
        lambda key: key.hex(":").upper(),
        lambda key: f"{key[:9].decode()}\r\n{key[9:].decode()}",
        lambda key: f"{key[:9].decode()}=\n{key[9:].decode()}",
        lambda key: json.dumps(f"{key[:9].decode()}\n{key[9:].decode()}"),
        lambda key: "".join(f"\\x{byte:02x}" for byte in key),
        lambda key: html.escape(key.decode()),
        lambda key: key.decode().replace("&", "&amp;").replace("/", "&#x2F;").replace("=", "&#61;"),
    ],
    ids=[
        "base64",
        "URL-safe base64",
        "percent",
        "UTF-16",
        "base64 in lines",
        "base64 in lines in JSON",
        "base64 in lines in a form",
        "UTF-16 in base64",
        "hex",
        "hex with colons",
        "broken",
        "quoted-printable",
        "broken in JSON",
        "escaped hex",
        "HTML",
        "HTML of a template",
    ],
)
def test_a_body_that_encodes_a_key_is_not_kept(before: str, encode: Callable[[bytes], str]) -> None:
    masker = Masker((), (KEY,))
    assert masker.body(f"{before}{encode(KEY.encode())} and more".encode()) is None
    assert masker.body(f"{before}{encode(b'something else')} and more".encode()) is not None


def test_a_secret_of_other_letters_is_told_by_its_bytes() -> None:
    key = "schl\u00fcssel-\u00fcber-alles"
    encoded = "".join(f"%{byte:02x}" for byte in key.encode())
    assert Masker([key], ()).body(encoded.encode()) is None


def test_a_long_body_is_masked_alike_wherever_a_secret_stands() -> None:
    inspectors_key = "gi_" + "A1-_" * 10 + "abc"
    for place in (0, STEP - 5, 3 * STEP - 1):
        body = b"\xff" * place + f"{KEY}{inspectors_key} gi_ gr_".encode() + b"\xfe" * STEP
        assert MASKER.body(body) == b"\xff" * place + f"{MASK}{MASK} gi_ gr_".encode() + b"\xfe" * STEP


def stream(*payloads: object) -> bytes:
    return b"".join(b"data: " + json.dumps(payload).encode() + b"\n\n" for payload in payloads)


SPLIT = {
    "a later choice": stream(
        {"choices": [{"index": 1, "delta": {"content": FIRST}}]},
        {"choices": [{"index": 0, "delta": {"content": "else"}}]},
        {"choices": [{"index": 1, "delta": {"content": SECOND}}]},
    ),
    "legacy": stream({"choices": [{"text": FIRST}]}, {"choices": [{"text": SECOND}]}),
    "responses": stream(
        {"type": "response.output_text.delta", "item_id": "a", "delta": FIRST},
        {"type": "response.output_text.delta", "item_id": "a", "delta": SECOND},
    ),
    "anthropic": stream(
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": FIRST}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": SECOND}},
    ),
    "lines": f'{{"message": "{FIRST}"}}\n{{"message": "{SECOND}"}}\n'.encode(),
    "escaped": f'{{"a": "{ESCAPED}"}}'.encode(),
    "escaped in a broken text": f'{{"a": "{ESCAPED}", '.encode() + b"\xff",
    "lines of one event": f'data: {{"a":\r\ndata: "{ESCAPED}"}}\r\n\r\n'.encode(),
    "too deep to tell": b"[" * 900 + b"]" * 900,
    "faked masks": b": [secret] [secret]\n\n"
    + stream(
        {"choices": [{"index": 0, "delta": {"content": FIRST}}]},
        {"choices": [{"index": 0, "delta": {"content": SECOND}}]},
    ),
}


@pytest.mark.parametrize("answer", SPLIT.values(), ids=SPLIT)
def test_an_answer_that_spells_a_secret_is_told(answer: bytes) -> None:
    assert MASKER.parts([(0, answer)]) is None


def test_other_answers_are_kept() -> None:
    for answer in (
        stream({"choices": [{"index": 0, "delta": {"content": f"{MASK} word"}}]}),
        b"data: [DONE]\n\n",
        b"",
    ):
        assert MASKER.parts([(0, answer)]) is not None
