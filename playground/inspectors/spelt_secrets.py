"""Reads texts as their readers would, to find secrets that don't stand in them as they were sent.

They may be escaped in JSON or HTML, spelt over the payloads of a stream, percent-encoded, in base64 or hex, broken into
lines or not, or in UTF-16.
"""

import binascii
import json
import re
import string
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

import orjson

from playground.inspectors.lossless_text import STEP, decode_lossless, encode_lossless
from playground.storage.known_secrets import SHORTEST_COMPARED_CHARS

Mask = Callable[[str], str]
"""Returns a text with its secrets masked."""

_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\Z)', re.DOTALL)
"""A string of JSON, or an unclosed one to the end: so a search for all of them is linear."""
_ESCAPED_ASCII = ("\\u00", "\\/")
_BACKSLASH = "\ud800"
"""Stands for an escaped backslash while a text is unescaped; no text that is searched has it."""
_BY_CODE = {
    first + second: chr(int(first + second, 16)).replace("\\", _BACKSLASH)
    for first in string.hexdigits
    for second in string.hexdigits
}
_URL_SAFE = {"-": "+", "_": "/"}
_OF_BASE64 = frozenset(string.ascii_letters + string.digits + "+/")
_AS_BASE64 = "".join(
    _URL_SAFE.get(char, char if char in _OF_BASE64 else "A") for char in map(chr, range(256))
).encode()
"""Makes every byte one of base64, others to zero bits as at its end: so one call decodes each run of it in a body."""
_AS_HEX = "".join(char if char in string.hexdigits else "0" for char in map(chr, range(256))).encode()
_BETWEEN_BASE64 = b" \t\\"
"""What encoders put between, beside line ends. To join other things does no harm: it is decoded from every place."""
_BETWEEN_HEX = b" \t\\:-xX"
_NAMED_ENTITIES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
_ENTITIES = tuple(
    (f"&{name};".encode(), char.encode())
    for char in "<>\"'`/=+&"
    for name in (
        _NAMED_ENTITIES.get(char),
        f"#{ord(char)}",
        f"#x{ord(char):x}",
        f"#x{ord(char):X}",
        f"#X{ord(char):X}",
    )
    if name is not None
)
"""What templates write for a character of a key where they take JSON for HTML; the ampersand is the last to be read."""
_LINE_ENDS = (b"=\r\n", b"=\n", b"\r", b"\n", b"\\r", b"\\n")
_PLACES = ("type", "index", "output_index", "content_index", "item_id")
"""What tells one text of a stream from another, in OpenAI's two APIs and Anthropic's."""
_HOLDS_TEXT = (str, dict, list)
_DATA = re.compile(r"^data:", re.MULTILINE)
_MAY_BE_JSON = re.compile(r'\s*+[{\["]')
"""A number, ``true`` or ``null`` is the same as text."""
_LINE_END = re.compile(r"\r\n|\n|\r")
_BLANK_LINES = re.compile(r"(?>\r\n|\n|\r){2,}")
_BETWEEN_CHANNELS = "\x1e"
MOST_DEPTH = 32
"""The deepest JSON that is searched; a deeper payload counts as one that holds a secret."""
Channel = tuple[object, ...]


class _TooDeepError(ValueError):
    """Stands for a payload that is too deep to search."""


def without_escaped(text: str, mask: Mask) -> str:
    """Return the text with secrets masked that its JSON strings escape; all else stays as it is."""
    if not any(escape in text for escape in _ESCAPED_ASCII):
        return text
    unescaped = _unescaped(text)  # much cheaper than reading each string
    if mask(unescaped) == unescaped:
        return text
    return _STRING.sub(lambda match: _string_without(match[0], mask), text)


def is_encoded(body: bytes, mask: Mask) -> bool:
    """Whether a body has a secret once it is decoded in one of the ways that readers know.

    What ``mask`` gets has a character for each byte, which is several times cheaper to search than UTF-8.
    """
    return any(mask(decoded) != decoded for decoded in _decoded(body))


def is_spelt_out(answer: bytes, mask: Mask) -> bool:
    """Whether a text that the payloads of an answer add up to has a secret, or can't be told to have none."""
    try:
        channels = _channels(decode_lossless(answer, "replace"))
    except _TooDeepError:
        return True
    return any(mask(text) != text for text in channels) or is_encoded(
        encode_lossless(_BETWEEN_CHANNELS.join(channels)), mask
    )


def _decoded(body: bytes) -> Iterator[str]:
    if b"\0" in body:
        yield body.replace(b"\0", b"").decode("latin-1")
    if b"\\" in body:
        yield _unescaped(body.decode("latin-1"))
    if b"&" in body:
        yield _without_entities(body).decode("latin-1")
    if b"%" in body:
        body = b"".join(map(unquote_to_bytes, _steps(body)))
        yield body.decode("latin-1")
    unbroken = _without_line_ends(body)
    if len(unbroken) < len(body):
        yield unbroken.decode("latin-1")
    base64 = unbroken.translate(_AS_BASE64, _BETWEEN_BASE64)
    yield from _from_each_place(base64, 4, binascii.a2b_base64)
    yield from _from_each_place(unbroken.translate(_AS_HEX, _BETWEEN_HEX), 2, binascii.a2b_hex)


def _without_entities(body: bytes) -> bytes:
    """Return the body with the characters that entities of HTML stand for."""
    for entity, char in _ENTITIES:
        body = body.replace(entity, char)
    return body


def _without_line_ends(body: bytes) -> bytes:
    """Return the body without the line ends of text, of JSON strings, and of quoted-printable text (RFC 2045, 6.7)."""
    for line_end in _LINE_ENDS:
        body = body.replace(line_end, b"")
    return body


def _from_each_place(encoded: bytes, group: int, decode: Callable[[bytes], bytes]) -> Iterator[str]:
    """Yield the text decoded from each offset within a group, for it may begin at any character; without NULs."""
    for start in range(group):
        length = (len(encoded) - start) // group * group
        yield decode(encoded[start : start + length]).translate(None, b"\0").decode("latin-1")


def _steps(body: bytes) -> Iterator[bytes]:
    """Yield the body in pieces that cut no percent-encoded byte."""
    start = 0
    while start < len(body):
        end = start + STEP
        escape = body.find(b"%", end - 2, end)
        end = end if escape < 0 else escape
        yield body[start:end]
        start = end


def _unescaped(text: str) -> str:
    """Return the text without the escapes of JSON strings, those of other characters than Latin-1 left half done."""
    first, *rest = text.replace("\\\\", _BACKSLASH).split("\\u00")
    pieces = [first]
    for piece in rest:
        char = _BY_CODE.get(piece[:2])
        pieces += ("u00", piece) if char is None else (char, piece[2:])
    return "".join(pieces).replace("\\", "").replace(_BACKSLASH, "\\")


def _string_without(quoted: str, mask: Mask) -> str:
    if not any(escape in quoted for escape in _ESCAPED_ASCII):
        return quoted
    try:
        text = json.loads(quoted, strict=False)
    except ValueError:
        return quoted
    masked = mask(text)
    return quoted if masked == text else json.dumps(masked)


def _channels(answer: str) -> list[str]:
    """Return the texts that the payloads add up to, and those that no JSON reader takes, but not too short ones.

    Raises _TooDeepError.
    """
    channels: dict[Channel, list[str]] = defaultdict(list)
    for payload in _payloads(answer):
        _add_texts(channels, payload, ())
    joined = ("".join(texts) for texts in channels.values())
    return [text for text in joined if len(text) >= SHORTEST_COMPARED_CHARS]


def _payloads(answer: str) -> Iterator[Any]:
    """Yield the payloads of an answer's events or lines, or of the whole answer: JSON values, else texts."""
    whole = _read(answer)
    if not isinstance(whole, str):
        yield whole
    elif _DATA.search(answer):
        yield from (_read(_data_of(event)) for event in _split(_BLANK_LINES, answer))
    else:
        yield from map(_read, _split(_LINE_END, answer))


def _data_of(event: str) -> str:
    if "\n" not in event and "\r" not in event:
        return event.removeprefix("data:").removeprefix(" ") if event.startswith("data:") else ""
    return "\n".join(
        line.removeprefix("data:").removeprefix(" ")
        for line in _LINE_END.split(event)
        if line.startswith("data:")
    )


def _split(between: re.Pattern[str], text: str) -> Iterator[str]:
    """Yield the texts between the separators, step by step, so that other threads run in between."""
    start = 0
    for match in between.finditer(text):
        yield text[start : match.start()]
        start = match.end()
    yield text[start:]


def _read(text: str) -> Any:
    if not _MAY_BE_JSON.match(text):  # much cheaper than an exception
        return text
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _add_texts(channels: dict[Channel, list[str]], value: Any, channel: Channel) -> None:
    """Add the texts of a payload, each to the channel that it continues. Raises _TooDeepError."""
    if isinstance(value, str):
        channels[channel].append(value)
    elif len(channel) > MOST_DEPTH:
        raise _TooDeepError
    elif isinstance(value, dict):
        places = tuple([value[name] for name in _PLACES if isinstance(value.get(name), str | int)])
        for name, each in value.items():
            if isinstance(each, _HOLDS_TEXT):
                _add_texts(channels, each, (*channel, places, name))
    elif isinstance(value, list):
        for position, each in enumerate(value):
            if isinstance(each, _HOLDS_TEXT):
                has_index = isinstance(each, dict) and "index" in each
                _add_texts(channels, each, channel if has_index else (*channel, position))
