"""An answer as it is sent to the client, with what is kept of it for its record."""

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson

from playground.inspectors.bounds import ANSWER_BYTES, KEPT_ANSWER_BYTES, KEPT_PARTS, MASKED_BEFORE_CUT_BYTES
from playground.inspectors.forwarding import RawHeaders

HELD_BYTES = KEPT_ANSWER_BYTES + MASKED_BEFORE_CUT_BYTES

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
SANDBOX_HEADERS = (
    (b"content-security-policy", b"sandbox; default-src 'none'"),
    (b"x-content-type-options", b"nosniff"),
)
"""Sent with every answer, and not recorded: no browser takes an inspector's answer for a page of this site."""
JSON_TYPE = (b"content-type", b"application/json")


class TooLongError(Exception):
    """The answer is longer than `ANSWER_BYTES`."""


_WITHOUT_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
_DONE = b"data: [DONE]"
_LINE_ENDS = 4
"""The most bytes of line ends behind it."""


class SentAnswer:
    """The answer to one request: ``start``, any number of ``write``, ``end``."""

    def __init__(
        self,
        send: Send,
        *,
        elapsed_ms: Callable[[], int],
        answer_verbatim: Callable[[bytes], object] | None = None,
        method: str = "GET",
    ) -> None:
        """``answer_verbatim`` is that of the `ReceivedHead`; ``method`` is the request's."""
        self._send = send
        self._elapsed_ms = elapsed_ms
        self._answer_verbatim = answer_verbatim
        self._method = method
        self._kept_bytes = 0
        self.status: int | None = None
        self.headers: RawHeaders = ()
        self.parts: list[tuple[int, bytes]] = []
        """``(t_ms, part)`` of the first `HELD_BYTES`."""
        self.size = 0
        self.timings: dict[str, int] = {}
        self.is_complete = False
        self.has_sent_done = False
        """Whether the last part ended with ``[DONE]``: clients may leave then."""

    @property
    def has_started(self) -> bool:
        return self.status is not None

    @property
    def _has_body(self) -> bool:
        """Whether HTTP lets the answer have a body (RFC 9110, 6.4.1): a client would take one for the next answer."""
        return self._method != "HEAD" and self.status not in _WITHOUT_BODY

    async def start(
        self, status: int, headers: Sequence[tuple[bytes, bytes]], reason: bytes | None = None
    ) -> None:
        """Send the line and the headers at once; with a ``reason``, both as another server sent them."""
        self.status, self.headers = status, tuple(headers)
        self.timings["status_ms"] = self._elapsed_ms()
        if reason is not None and self._answer_verbatim is not None:
            self._answer_verbatim(reason)
        sent = [*headers, *SANDBOX_HEADERS]
        await self._send({"type": "http.response.start", "status": status, "headers": sent})
        # Daphne keeps the headers until something of the body comes.
        await self._send({"type": "http.response.body", "body": b"", "more_body": True})

    async def write(self, part: bytes) -> None:
        """Send a part on at once, unless the answer may have no body. Raises TooLongError."""
        if not part or not self._has_body:
            return
        if self.size + len(part) > ANSWER_BYTES:
            raise TooLongError
        t_ms = self._elapsed_ms()
        self.timings.setdefault("first_byte_ms", t_ms)
        self.size += len(part)
        await self._send({"type": "http.response.body", "body": part, "more_body": True})
        self.has_sent_done = part[-len(_DONE) - _LINE_ENDS :].rstrip().endswith(_DONE)
        self._keep(t_ms, part)

    async def end(self) -> None:
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        self.is_complete = True

    async def send_whole(self, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> None:
        await self.start(status, [*headers, (b"content-length", b"%d" % len(body))])
        await self.write(body)
        await self.end()

    async def send_json(
        self, status: int, content: object, headers: Sequence[tuple[bytes, bytes]] = ()
    ) -> None:
        await self.send_whole(status, [JSON_TYPE, *headers], orjson.dumps(content))

    async def send_error(
        self, status: int, message: str, code: str, headers: Sequence[tuple[bytes, bytes]] = ()
    ) -> None:
        """Send an error of ours in OpenAI's format, of the type ``greenroom_inspector``."""
        error = {"message": message, "type": "greenroom_inspector", "param": None, "code": code}
        await self.send_json(status, {"error": error}, headers)

    def _keep(self, t_ms: int, part: bytes) -> None:
        kept = part[: HELD_BYTES - self._kept_bytes]
        if not kept:
            return
        self._kept_bytes += len(kept)
        if len(self.parts) < KEPT_PARTS:
            self.parts.append((t_ms, kept))
        else:
            last_ms, last = self.parts[-1]
            self.parts[-1] = (last_ms, last + kept)
