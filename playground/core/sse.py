"""Server-sent events, cut out of bytes: lines, fields, payloads.

The rules are those of https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation,
with the leniency that LLM servers need; each departure is named where it stands.
"""

from dataclasses import dataclass

from playground.core.limits import DEFAULT_LIMITS, KIB

STRAY_BYTES = 16 * KIB
"""How much of a stray line is kept; what is shown of it is cut once secrets are masked."""
DONE = b"[DONE]"
"""The payload that ends a chat-completions stream; what follows it in the same payload is ignored."""


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """One event: the bytes of its payload, which are its ``data`` lines, joined by a line feed."""

    data: bytes
    is_error: bool = False
    """The event is named ``error``, or its payload stood in a field of that name, as old llama.cpp servers send it."""
    is_whole: bool = True
    """False where the stream ended before the blank line that ends an event."""

    @property
    def is_done(self) -> bool:
        return self.data.startswith(DONE)


class SSEDecoder:
    """Feed bytes, get events; the same events for every way in which the bytes are cut.

    Departures from the specification:

    - ``data: [DONE]`` is an event as soon as its line has ended: some servers send no blank line after it.
    - a payload that ends in ``}`` is finished by a next ``data`` line that begins with ``{``. No JSON text holds
      that sequence over a line break, and servers that send one line break between their events do exist.
    - a line that begins with ``{`` is a ``data`` line: servers write their last error like this.
    - ``flush`` yields what stands in the buffer, marked as not whole.
    """

    def __init__(self, limit_bytes: int = DEFAULT_LIMITS.sse_line_bytes) -> None:
        self._limit_bytes = limit_bytes
        self._pieces: list[bytes] = []
        self._line_bytes = 0
        self._after_cr = False
        self._data: list[bytes] = []
        self._data_bytes = 0
        self._is_error = False
        self._events: list[ServerSentEvent] = []
        self.overflowed = False
        """A line or a payload was longer than the limit; nothing after it is read."""
        self.stray_line = b""
        """The first line that is no field of an event stream: what a server sends that doesn't speak SSE."""

    def feed(self, data: bytes) -> list[ServerSentEvent]:
        if self._after_cr and data:
            self._after_cr = False
            if data.startswith(b"\n"):
                data = data[1:]
        if not data or self.overflowed:
            return []
        self._after_cr = data.endswith(b"\r")
        lines = data.splitlines()  # of bytes: at LF, CR and CRLF alone
        rest = b"" if data.endswith((b"\n", b"\r")) else lines.pop()
        for line in lines:
            if not self._grow(line):
                return self._taken()
            self._end_line()
        if rest:
            self._grow(rest)
        return self._taken()

    def flush(self) -> list[ServerSentEvent]:
        """The stream has ended: what has begun, whole or not."""
        if self.overflowed:
            return []
        if self._pieces:
            self._end_line()
        self._dispatch(is_whole=False)
        return self._taken()

    def _taken(self) -> list[ServerSentEvent]:
        events, self._events = self._events, []
        return events

    def _grow(self, piece: bytes) -> bool:
        """Add to the line. False where that makes it too long."""
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
        if not line:
            self._dispatch()
        elif line.startswith(b"data:"):
            self._add_data(line[6:] if line.startswith(b"data: ") else line[5:])
        elif line.startswith(b"{"):
            self._add_data(line)
        elif not line.startswith(b":"):
            self._read_field(line)

    def _add_data(self, value: bytes) -> None:
        if value.startswith(DONE):
            self._dispatch()
            self._events.append(ServerSentEvent(value))
            return
        if value.startswith(b"{") and self._data and self._data[-1].endswith(b"}"):
            self._dispatch()
        self._data.append(value)
        self._data_bytes += len(value) + 1

    def _read_field(self, line: bytes) -> None:
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"error":
            self._is_error = True
            self._add_data(value)
        elif field == b"event":
            self._is_error = value == b"error"
        elif field == b"data":
            self._add_data(b"")
        elif field not in {b"id", b"retry"} and not self.stray_line:
            self.stray_line = line[:STRAY_BYTES]

    def _dispatch(self, *, is_whole: bool = True) -> None:
        if self._data:
            payload = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
            if payload.strip():  # llama.cpp keeps a connection alive with empty payloads
                self._events.append(ServerSentEvent(payload, self._is_error, is_whole))
            self._data.clear()
            self._data_bytes = 0
        self._is_error = False
