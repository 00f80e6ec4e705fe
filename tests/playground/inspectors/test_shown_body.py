"""What the page of an inspected request says of a body: how much came, its bytes, and why some are missing."""

import pytest

from playground.inspectors.decompression import NO_TEXT, UNDECLARED
from playground.inspectors.shown_body import SHOWN_BYTES, ShownBody, shown_body
from playground.models import InspectedRequest

Kept = InspectedRequest.Kept
MSGPACK = b"\x81\xa5model\xa6gpt-4o"


def shown(
    body: bytes,
    content_type: str = "application/json",
    *,
    kept: Kept = Kept.WHOLE,
    encoding: str = "",
    sent: int = 0,
) -> ShownBody:
    headers = [("Content-Type", content_type), ("Content-Length", str(sent or len(body)))]
    return shown_body(body, headers, size=len(body), kept=kept, encoding=encoding)


def test_text_is_shown_as_text_and_other_bytes_in_hex() -> None:
    text = shown('{"a": "Ё"}'.encode())
    assert (text.text, text.hexadecimal, text.missing) == ('{"a": "Ё"}', "", "")
    packed = shown(MSGPACK, "application/x-msgpack")
    assert packed.text == ""
    assert packed.hexadecimal == "00000000  81 a5 6d 6f 64 65 6c a6 67 70 74 2d 34 6f        ..model.gpt-4o"
    long = shown(b"\x00" * (SHOWN_BYTES + 1), "application/octet-stream")
    assert (long.is_cut, long.hexadecimal.count("\n")) == (True, SHOWN_BYTES // 16 - 1)


def test_what_came_is_told_from_what_was_announced() -> None:
    half = shown(b"half", kept=Kept.BROKEN_OFF, sent=5_000)
    assert (half.size, half.text) == ("4 of 5,000 announced bytes", "half")
    assert half.missing == "The client left before all of it had come."
    assert shown(b"1").size == "1 byte"


@pytest.mark.parametrize(
    ("encoding", "why", "compression"),
    [
        (NO_TEXT, "it is no text, and its Content-Type doesn't say what else", ""),
        (UNDECLARED, "it begins like compressed data", ""),
        ("br", "its compression (br) can't be undone here", "br"),
    ],
)
def test_an_unsearchable_body_says_why_none_of_it_is_kept(encoding: str, why: str, compression: str) -> None:
    body = shown(b"", "application/octet-stream", kept=Kept.UNSEARCHABLE, encoding=encoding)
    assert body.missing.startswith(f"Nothing of it is kept: {why}")
    assert body.compression == compression
