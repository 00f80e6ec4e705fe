"""Decodes server-sent events from bytes: lines, fields, payloads.

The rules are those of https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation,
read as OpenAI's own client reads them (openai-python, _streaming.py), except that lines it skips are reported.
"""

import re
from enum import Enum, auto
from typing import NamedTuple

from playground.engine.limits import DEFAULT_LIMITS, KIB

STRAY_BYTES = 16 * KIB
"""How much of a stray line is kept; the excerpt is shortened only after secrets are masked."""
DONE = b"[DONE]"
"""The payload that ends a chat-completions stream; the rest of such a payload is ignored."""
_ERROR_NAME = re.compile(rb"(error|exception)$", re.IGNORECASE)
_FIELD = re.compile(
    rb"(?!\w*(?:error|exception|fail|fatal|panic|timeout|denied|unavailable|abort))[\w.-]+:", re.IGNORECASE
)
"""A field with an unknown name, which every client skips."""


class EventKind(Enum):
    DATA = auto()
    """The payload came in ``data`` lines."""
    BARE = auto()
    """JSON on lines of its own, without ``data:``: OpenAI's client skips it."""
    STRAY = auto()
    """Lines that are no event stream, alone in an event or at the end of the body."""


class ServerSentEvent(NamedTuple):
    """One event: the bytes of its payload, i.e. its ``data`` lines joined by a line feed."""

    data: bytes
    is_error: bool = False
    """The event is named ``error``, or its payload came in a field of that name (old llama.cpp servers)."""
    is_whole: bool = True
    """False if the stream ended before the event's blank line."""
    kind: EventKind = EventKind.DATA

    @property
    def is_done(self) -> bool:
        return self.data.startswith(DONE)


class SSEDecoder:
    """Feed it bytes; it returns events, which don't depend on how the bytes are split.

    Differences from the specification:

    - an event that has a name, an id or a retry time, but no data, has an empty payload, and an id stays set
      for all events after it: OpenAI's client reads it so, and raises.
    - a line of invalid UTF-8 is an unreadable event, even if it is a comment: OpenAI's client raises there.
    - ``data: [DONE]`` is an event as soon as its line ends: some servers send no blank line after it.
    - a payload that ends in ``}`` before a line that begins with ``{`` or ``[DONE]`` is an event at once, since
      no JSON text holds that over a line break: nothing would be said until the end where the blank lines are missing.
    - JSON that begins a line is an event of its own (servers write their last error like this), and so are lines that
      hold no field of any name.
    - ``flush`` yields what stands in the buffer, marked as not whole; of a body without any event, the first line whose
      field nobody knows, since it is probably no event stream.
    """

    def __init__(self, limit_bytes: int = DEFAULT_LIMITS.sse_line_bytes) -> None:
        self._limit_bytes = limit_bytes
        self._pieces: list[bytes] = []
        self._line_bytes = 0
        self._after_cr = False
        self._kind = EventKind.DATA
        self._data: list[bytes] = []
        self._data_bytes = 0
        self._stray: list[bytes] = []
        """This event's lines without a field, after its last data."""
        self._last_stray: list[bytes] = []
        """Those of the last event with data, as long as nothing follows it."""
        self._first_unknown = b""
        """The first line with an unknown field, before any event."""
        self._has_given = False
        self._is_error = False
        self._has_name = False
        self._has_retry = False
        self._has_id = False
        self._events: list[ServerSentEvent] = []
        self.overflowed = False
        """A line or a payload exceeded the limit; nothing after it is read."""

    def feed(self, data: bytes) -> list[ServerSentEvent]:
        if self._after_cr and data:
            self._after_cr = False
            if data.startswith(b"\n"):
                data = data[1:]
        if not data or self.overflowed:
            return []
        if self._is_between_events and len(data) <= self._limit_bytes and (payloads := _plain_payloads(data)):
            self._last_stray.clear()
            self._has_given = True
            return list(map(ServerSentEvent, payloads))
        self._after_cr = data.endswith(b"\r")
        lines = data.splitlines()  # bytes are split only at LF, CR and CRLF
        rest = b"" if data.endswith((b"\n", b"\r")) else lines.pop()
        for line in lines:
            if not self._grow(line):
                return self._taken()
            self._end_line()
        if rest:
            self._grow(rest)
        return self._taken()

    def flush(self) -> list[ServerSentEvent]:
        """End the stream; return the pending event, whole or not."""
        if self.overflowed:
            return []
        if self._pieces:
            self._end_line()
        stray = _stray_event(self._stray or self._last_stray)
        self._dispatch(is_whole=False)
        self._events += stray
        if self._first_unknown and not (self._has_given or self._events):
            self._events += _stray_event([self._first_unknown])
        return self._taken()

    @property
    def _is_between_events(self) -> bool:
        """Whether nothing that came before bears on what follows."""
        is_named = self._has_name or self._has_id or self._has_retry or self._is_error
        return not (self._pieces or self._data or self._stray or is_named)

    def _taken(self) -> list[ServerSentEvent]:
        events, self._events = self._events, []
        self._has_given |= bool(events)
        return events

    def _grow(self, piece: bytes) -> bool:
        """Extend the line; return False if it becomes too long."""
        self._line_bytes += len(piece)
        if self._line_bytes + self._data_bytes > self._limit_bytes:
            self.overflowed = True
            self._pieces.clear()
            return False
        self._pieces.append(piece)
        return True

    def _end_line(self) -> None:
        line = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        self._line_bytes = 0
        if line:
            self._last_stray.clear()
        if not line:
            self._end_event()
        elif line.startswith(b"data:"):
            self._add_data(line[6:] if line.startswith(b"data: ") else line[5:])
        elif not _is_utf_8(line):
            self._events.append(ServerSentEvent(line))
        elif line.startswith(b"{") or (line.startswith(b"[") and self._kind is not EventKind.BARE):
            self._begin_bare(line)
        elif not line.startswith(b":"):
            self._read_field(line)

    def _end_event(self) -> None:
        """End the event at a blank line, if OpenAI's client treats the lines before it as one."""
        if self._data:
            self._last_stray = self._stray.copy()
        elif self._stray:
            self._events += _stray_event(self._stray)
        elif self._has_name or self._has_id or self._has_retry:
            self._events.append(ServerSentEvent(b"", self._is_error))
        self._dispatch()

    def _add_data(self, value: bytes) -> None:
        if self._kind is EventKind.BARE:
            self._dispatch()
        self._stray.clear()
        goes_on = bool(self._data) and self._data[-1].endswith(b"}")
        if value.startswith(DONE) and not self._data:
            self._events.append(ServerSentEvent(value))
            return
        self._data.append(value)
        self._data_bytes += len(value) + 1
        if goes_on and value.startswith((b"{", DONE)):
            self._dispatch()

    def _begin_bare(self, line: bytes) -> None:
        if line.startswith(DONE):
            self._dispatch()
            self._events.append(ServerSentEvent(line, kind=EventKind.BARE))
            return
        if self._data and (self._kind is EventKind.DATA or self._data[-1].endswith(b"}")):
            self._dispatch()
        self._kind = EventKind.BARE
        self._data.append(line)
        self._data_bytes += len(line) + 1

    def _read_field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"error":
            self._is_error = True
            self._add_data(value)
        elif name == b"event":
            self._has_name = bool(value)
            self._is_error = bool(_ERROR_NAME.search(value))
        elif name == b"data":
            self._add_data(b"")
        elif name == b"id":
            self._has_id = bool(value) if b"\0" not in value else self._has_id
        elif name == b"retry":
            self._has_retry = self._has_retry or _is_integer(value)
        elif self._kind is EventKind.BARE:
            self._data.append(line)
            self._data_bytes += len(line) + 1
        elif _FIELD.match(line):
            self._first_unknown = self._first_unknown or line[:STRAY_BYTES]
        elif sum(map(len, self._stray)) < STRAY_BYTES:
            self._stray.append(line[:STRAY_BYTES])

    def _dispatch(self, *, is_whole: bool = True) -> None:
        if self._data:
            payload = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
            self._events.append(ServerSentEvent(payload, self._is_error, is_whole, self._kind))
        self._data.clear()
        self._data_bytes = 0
        self._kind = EventKind.DATA
        self._stray.clear()
        self._is_error = False
        self._has_name = False
        self._has_retry = False


def _plain_payloads(data: bytes) -> list[bytes]:
    """Return the payloads of whole events of one ``data`` line each, as nearly every read holds; else an empty list.

    Between events such bytes say the same line by line: each line is one payload, and the blank line ends it.
    """
    if not (data.startswith(b"data: ") and data.endswith(b"\n\n")) or b"\r" in data:
        return []
    payloads = data[6:-2].split(b"\n\ndata: ")
    return payloads if data.count(b"\n") == 2 * len(payloads) else []


def _stray_event(lines: list[bytes]) -> list[ServerSentEvent]:
    return [ServerSentEvent(b"\n".join(lines), kind=EventKind.STRAY)] if lines else []


def _is_utf_8(line: bytes) -> bool:
    if line.isascii():
        return True
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_integer(value: bytes) -> bool:
    try:
        int(value)
    except ValueError:
        return False
    return True
