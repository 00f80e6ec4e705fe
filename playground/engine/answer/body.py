"""Decodes the body of an LLM's answer; its first bytes decide whether it is an event stream, one JSON, or neither.

Content types are ignored, because servers send JSON as ``text/event-stream`` and events as ``text/plain``.
"""

import json
import re
from enum import Enum, auto

from playground.engine.answer.answer_messages import too_many_bytes, web_page
from playground.engine.answer.payloads import parse_payload
from playground.engine.answer.sse import ServerSentEvent, SSEDecoder
from playground.engine.errors.codes import UpstreamError
from playground.engine.limits import DEFAULT_LIMITS, Limits

_BOM = b"\xef\xbb\xbf"
_GAP = re.compile(r"\s*(?:data:\s*)?")


class BodyForm(Enum):
    EMPTY = auto()
    """Only white space so far."""
    EVENTS = auto()
    JSON = auto()
    MARKUP = auto()


class BodyDecoder:
    """Decodes bytes to payloads. A JSON body becomes one event at its end."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self._limits = limits
        self._bytes = 0
        self._start = b""
        self._json: list[bytes] = []
        self._json_bytes = 0
        self._is_lines: bool | None = None
        """Whether the body is JSON in lines; None until its first line has ended."""
        self._sse = SSEDecoder(limits.sse_line_bytes)
        self.form = BodyForm.EMPTY
        self.problem: UpstreamError | None = None
        """Set if the body is too large or no LLM's answer; nothing after it is read."""

    def feed(self, data: bytes) -> list[ServerSentEvent]:
        if self.problem:
            return []
        room = self._limits.stream_bytes - self._bytes
        self._bytes += len(data)
        events = self._decode(data[:room] if len(data) > room else data)
        if self._sse.overflowed:
            self.problem = too_many_bytes("one event", self._limits.sse_line_bytes)
        elif not self.problem and len(data) > room:
            self.problem = too_many_bytes("the answer", self._limits.stream_bytes)
        return events

    def close(self) -> list[ServerSentEvent]:
        """End the body; return its last event if no blank line follows it, or the JSON."""
        if self.problem:
            return []
        if self.form is BodyForm.JSON:
            return _json_values(b"".join(self._json))
        return self._sse.flush()

    def _decode(self, data: bytes) -> list[ServerSentEvent]:
        if self.form is BodyForm.EVENTS:
            return self._sse.feed(data)
        if self.form is BodyForm.JSON:
            return self._keep_json(data)
        return self._begin(self._start + data)

    def _begin(self, start: bytes) -> list[ServerSentEvent]:
        start = start.lstrip()
        while start.startswith(_BOM):
            start = start.removeprefix(_BOM).lstrip()
        if _BOM.startswith(start):
            self._start = start
            return []
        first = start[:1]
        if first in b"{[":
            self.form = BodyForm.JSON
            return self._keep_json(start)
        if first == b"<":
            self.form = BodyForm.MARKUP
            self.problem = web_page()
            return []
        self.form = BodyForm.EVENTS
        return self._sse.feed(start)

    def _keep_json(self, data: bytes) -> list[ServerSentEvent]:
        """Collect a part of the JSON; if the body is JSON in lines, return the values of the completed lines."""
        self._json.append(data)
        self._json_bytes += len(data)
        if self._is_lines is None and b"\n" in data:
            first = b"".join(self._json).partition(b"\n")[0]
            self._is_lines = len(first) <= self._limits.sse_line_bytes and _is_json(first)
        events = self._ended_lines() if self._is_lines and b"\n" in data else []
        if self._json_bytes > self._limits.sse_line_bytes:
            self._fail_with_json()
        return events

    def _ended_lines(self) -> list[ServerSentEvent]:
        *lines, rest = b"".join(self._json).split(b"\n")
        self._json, self._json_bytes = [rest], len(rest)
        events: list[ServerSentEvent] = []
        for line in lines:
            if len(line) > self._limits.sse_line_bytes:
                self._fail_with_json()
                break
            events += _json_values(line)
        return events

    def _fail_with_json(self) -> None:
        self._json.clear()
        self.problem = too_many_bytes("the answer's one JSON", self._limits.sse_line_bytes)


def _is_json(line: bytes) -> bool:
    try:
        parse_payload(line)
    except ValueError:
        return False
    return True


def _json_values(body: bytes) -> list[ServerSentEvent]:
    """Return the consecutive JSON values of a body; some servers append ``data: [DONE]`` to the last."""
    text = body.decode("utf-8", "replace")
    decoder = json.JSONDecoder(strict=False, parse_int=len)
    events: list[ServerSentEvent] = []
    position = _after_gap(text, 0)
    while position < len(text):
        try:
            _, end = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            rest = text[position:].encode()
            events.append(ServerSentEvent(rest, is_whole=False))
            break
        events.append(ServerSentEvent(text[position:end].encode()))
        position = _after_gap(text, end)
    return events


def _after_gap(text: str, position: int) -> int:
    gap = _GAP.match(text, position)
    return gap.end() if gap else position
