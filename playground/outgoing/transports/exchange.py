"""What a transport is given, and what it gives back: a request as it is sent, and an answer with its body unread.

They are our own because an HTTP library's parse, copy and index what is already checked, at every turn.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self

from playground.engine.addresses.address import Address

HOST = "Host"


@dataclass(frozen=True, slots=True)
class OutgoingRequest:
    """``headers`` are all that are sent, in order; they and ``body`` may hold secrets, so its repr hides them."""

    method: str
    address: Address
    scheme: str
    """http or https: the site's for one of this app's own addresses."""
    headers: Sequence[tuple[str, str]] = field(repr=False)
    body: bytes = field(repr=False)
    connect_ms: int


class Body(ABC):
    """An iterator rather than a generator: abandoned midway, it needs no event loop for its cleanup."""

    @abstractmethod
    async def read(self) -> bytes:
        """Return all unread data that has arrived, empty at the end. Raises UpstreamError if the connection breaks."""

    @abstractmethod
    async def aclose(self) -> None:
        """Let go of the connection; one whose body was read to its end can serve another request."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if chunk := await self.read():
            return chunk
        raise StopAsyncIteration


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Sequence[tuple[bytes, bytes]]
    """As they came."""
    http_version: str
    """HTTP/1.0 or HTTP/1.1"""
    body: Body

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300

    def header(self, name: str, default: str = "") -> str:
        """Return the values of a header, ``name`` in lower case, as one."""
        wanted = name.encode()
        values = [value.decode("latin-1") for given, value in self.headers if given.lower() == wanted]
        return ", ".join(values) if values else default

    def headers_by_name(self) -> dict[str, str]:
        """Return the headers by their names in lower case."""
        names = {name.decode("latin-1").lower() for name, _ in self.headers}
        return {name: self.header(name) for name in names}


class Transport(Protocol):
    async def send(self, request: OutgoingRequest) -> Answer:
        """Send the request and return the answer. Raises UpstreamError without one."""
        ...
