"""Explains events that are not JSON: the server's mistake in one sentence, with an excerpt.

OpenAI's own client raises on each of them, so that a caller hears nothing after it.
"""

import json
import re

from playground.engine.errors.bodies import one_line
from playground.engine.errors.codes import Code, UpstreamError
from playground.engine.errors.excerpts import Redact
from playground.engine.limits import DEFAULT_LIMITS

_BEFORE_CHARS = 80
"""Characters shown before the error's position, if the whole payload is too long."""

_LOOKED_AT = 4096
"""How many characters are searched for another language's syntax."""
_JSON = json.JSONDecoder()

_EMPTY = (
    "has no data: to keep a connection alive, send a comment (a line that begins with a colon, as in : ping)"
)
_NOT_UTF_8 = "holds bytes that are not UTF-8: encode the stream as UTF-8"
_DATA_TWICE = "begins with data: twice: one of the two is written by a library already, so leave yours out"
_TWO_OBJECTS = "holds two JSON objects: a blank line is missing between them, and data: before each"
_DONE_GLUED = "holds [DONE] beside a chunk: a blank line is missing before data: [DONE]"
_PYTHON_BYTES = "holds Python's bytes as their repr (b'…'): decode them before they are put into the text"
_PYTHON_REPR = "holds a dict as Python writes it (its repr), not JSON: write it with json.dumps"
_JAVASCRIPT = "holds an object as JavaScript writes it, not JSON: write it with JSON.stringify"
_WEB_PAGE = "holds a piece of a web page, not JSON: look for an error page in the server's code"
_STRAY_TOKEN = (
    "holds a stray word, not JSON: the end of a stream is written data: [DONE], and nothing else stands alone"
)
_PLAIN_TEXT = (
    "holds plain text, not JSON: each piece of the answer goes into a chunk, as choices[0].delta.content"
)
_TOO_DEEP = "holds JSON that nests too deeply, or a number that is too long, for a client to read"
_CONTROLS = (
    "holds a raw line break, tab or other control character inside a JSON text: write the JSON with a library"
)
_TRAILING = "holds something after its JSON object: one event holds one object and nothing else"
_BREAKS_OFF = (
    "breaks off in the middle of its JSON: look for a line break inside it, or a buffer that was cut in two"
)
_BROKEN = "isn't JSON: write each chunk with a JSON library"

_WORD = re.compile(r"\[?[\w.-]{1,20}\]?[.!;,]?")
_DATA_AGAIN = re.compile(r"\s*data\s*:")
_PYTHON_BYTES_START = re.compile(r"""\s*b['"]""")
_SINGLE_QUOTED = re.compile(r"[{\[,:(]\s*'")
_PYTHON_WORD = re.compile(r"[:\[,]\s*(None|True|False)\b|^\s*\w+\(\w+=")
_BARE_KEY = re.compile(r"[{,]\s*[A-Za-z_$][\w$]*\s*:")
_JAVASCRIPT_WORD = re.compile(r"\[object \w+\]|[:\[,]\s*undefined\b")


def unreadable(data: bytes, redact: Redact) -> UpstreamError:
    """Return why an event can't be read; ``data`` is its payload."""
    shown = redact(one_line(data.decode("utf-8", "backslashreplace")))
    return UpstreamError(
        Code.BAD_RESPONSE,
        f"An event of the stream {_cause(data)}. OpenAI's own client stops there, so a caller hears nothing more.",
        excerpt=_around_fault(shown),
    )


def _cause(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return _NOT_UTF_8
    if not text.strip():
        return _EMPTY
    if _DATA_AGAIN.match(text):
        return _DATA_TWICE
    if _PYTHON_BYTES_START.match(text):
        return _PYTHON_BYTES
    if text.lstrip().startswith("<"):
        return _WEB_PAGE
    try:
        _, end = _JSON.raw_decode(text.lstrip())
    except json.JSONDecodeError as error:
        return _cause_of_no_json(text.lstrip(), error)
    except (ValueError, RecursionError):
        return _TOO_DEEP
    return _cause_of_more(text.lstrip()[end:].strip())


def _cause_of_no_json(text: str, error: json.JSONDecodeError) -> str:
    position = error.pos
    begins_as_json = text.startswith(("{", "["))
    if begins_as_json and _JAVASCRIPT_WORD.search(text):
        return _JAVASCRIPT
    if _SINGLE_QUOTED.search(text[:_LOOKED_AT]) or _PYTHON_WORD.search(text[:_LOOKED_AT]):
        return _PYTHON_REPR
    if error.msg.startswith("Invalid control"):
        return _CONTROLS
    if begins_as_json and _BARE_KEY.match(text[max(0, position - 1) :]):
        return _JAVASCRIPT
    if begins_as_json:
        return _BREAKS_OFF if _is_cut(text, position) else _BROKEN
    return _STRAY_TOKEN if _WORD.fullmatch(text.strip()) else _PLAIN_TEXT


def _is_cut(text: str, position: int) -> bool:
    """Whether more text could have made it valid JSON."""
    return position >= len(text.rstrip()) or text[position] == '"'


def _cause_of_more(rest: str) -> str:
    if rest.startswith("{"):
        return _TWO_OBJECTS
    if re.match(r"(data\s*:\s*)?\[DONE\]", rest):
        return _DONE_GLUED
    return _DATA_TWICE if _DATA_AGAIN.match(rest) else _TRAILING


def _around_fault(shown: str) -> str:
    """Shorten the payload to an excerpt around the position at which it stops being JSON."""
    limit = DEFAULT_LIMITS.error_excerpt_chars
    if len(shown) <= limit:
        return shown
    start = max(0, _fault_at(shown) - _BEFORE_CHARS)
    cut = shown[start : start + limit - 2].strip()
    return ("…" if start else "") + cut + ("…" if start + limit - 2 < len(shown) else "")


def _fault_at(text: str) -> int:
    try:
        return _JSON.raw_decode(text)[1]
    except json.JSONDecodeError as error:
        return error.pos
    except (ValueError, RecursionError):
        return 0
