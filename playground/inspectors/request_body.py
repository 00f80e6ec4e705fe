"""A request's body as it arrives: passed on part by part, and kept for its record."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Self

from playground.inspectors.bounds import BODY_S, KEPT_PARTS
from playground.inspectors.forwarding import ClientLeftError
from playground.inspectors.front_door import BODY_BYTES, BodyRefusal, FrontDoor
from playground.models import InspectedRequest

Kept = InspectedRequest.Kept
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Part = tuple[int, int]
"""``(t_ms, bytes)``"""

TOO_LARGE = BodyRefusal(413, f"The body is too large: an inspector takes {BODY_BYTES:,} bytes at most.")
TOO_SLOW = BodyRefusal(408, f"The body did not arrive within {BODY_S:.0f} seconds.")


class BodyRefusedError(Exception):
    """The body was not taken. ``refusal`` says why."""

    def __init__(self, refusal: BodyRefusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


class RequestBody:
    """The body of one request, for one reader at a time: an iterator of its parts, or `read` as a whole.

    Both raise ClientLeftError and BodyRefusedError.
    """

    def __init__(
        self,
        receive: Receive,
        door: FrontDoor,
        *,
        elapsed_ms: Callable[[], int],
        declared: bytes,
        parts: tuple[Part, ...] | None,
        is_broken_off: bool,
        on_end: Callable[[], object],
    ) -> None:
        """``declared`` is its Content-Length, ``parts`` are those that arrived before, all of them that ever
        come if it ``is_broken_off``; ``on_end`` is called once no more of it will come.
        """
        self._receive = receive
        self._refusal = door.refusal or (TOO_LARGE if _is_too_large(declared) else None)
        self._take_room = door.take
        self._elapsed_ms = elapsed_ms
        self._on_end = on_end
        self._deadline = asyncio.get_running_loop().time() + BODY_S
        self._pieces: list[bytes] = []
        self._earlier_parts = parts
        self._is_broken_off = is_broken_off
        self._parts: list[Part] = []
        self.has_ended = False
        """Whether no more of it will come."""
        self.size = 0
        self.end_ms = 0
        """When the last of it had arrived."""
        self.kept = Kept.WHOLE

    @property
    def content(self) -> bytes:
        """What has arrived so far."""
        return b"".join(self._pieces)

    @property
    def parts(self) -> list[Part]:
        return self._parts if self._earlier_parts is None else list(self._earlier_parts)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if self._is_broken_off:
            await self.read()
        while not self.has_ended:
            if part := await self._next():
                return part
        raise StopAsyncIteration

    async def read(self) -> bytes:
        """Wait for the rest, and return the whole body."""
        while not self.has_ended:
            await self._next()
        return self.content

    async def until_client_left(self) -> None:
        """Wait, once the body is there, until the client has left."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _next(self) -> bytes:
        if self._refusal is not None:
            raise self._refused(self._refusal)
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            raise self._refused(TOO_SLOW) from None
        if message["type"] == "http.disconnect":
            self._end(Kept.BROKEN_OFF)
            raise ClientLeftError
        part: bytes = message.get("body", b"")
        self._take(part)
        if not message.get("more_body", False):
            self._end_whole()
        return part

    def _end_whole(self) -> None:
        """End with the last of what came. Raises ClientLeftError if that isn't all."""
        self._end(Kept.BROKEN_OFF if self._is_broken_off else Kept.WHOLE)
        if self._is_broken_off:
            raise ClientLeftError

    def _take(self, part: bytes) -> None:
        self.size += len(part)
        refusal = TOO_LARGE if self.size > BODY_BYTES else self._take_room(len(part))
        if refusal is not None:
            raise self._refused(refusal)
        if not part:
            return
        self._pieces.append(part)
        t_ms = self._elapsed_ms()
        if len(self._parts) < KEPT_PARTS:
            self._parts.append((t_ms, len(part)))
        else:
            self._parts[-1] = (self._parts[-1][0], self._parts[-1][1] + len(part))

    def _refused(self, refusal: BodyRefusal) -> BodyRefusedError:
        self._pieces.clear()
        self._end(Kept.REFUSED)
        return BodyRefusedError(refusal)

    def _end(self, kept: Kept) -> None:
        self.has_ended = True
        self.kept = kept
        self.end_ms = self._elapsed_ms()
        if self._earlier_parts:  # of a refused body only these tell how much came
            self.size, self.end_ms = sum(size for _, size in self._earlier_parts), self._earlier_parts[-1][0]
        self._on_end()


def _is_too_large(declared: bytes) -> bool:
    return declared.isdigit() and len(declared) < 20 and int(declared) > BODY_BYTES
