"""The interface between the receiving application and the engine that passes a request on to a real server."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

RawHeaders = tuple[tuple[bytes, bytes], ...]
"""Names and values in their order, repeated ones too, in the case in which they were sent where it is known."""

VIA_PSEUDONYM = "greenroom-inspector"
"""What a passed on request names in its header ``Via`` (RFC 9110, 7.6.3): an inspector that is sent it refuses the
request with 508, under whatever name it was reached."""


@dataclass(frozen=True, slots=True)
class PassedRequest:
    """A request to pass on. ``headers`` and ``body`` may hold secrets, so its repr hides them."""

    method: str
    target: str
    """What follows the inspector's address, with its query, byte for byte: ``/chat/completions?version=2``."""
    headers: RawHeaders = field(repr=False)
    """All that the caller sent, hop-by-hop ones and ``Host`` too. A token secret already stands where the caller's
    key stood."""
    body: AsyncIterator[bytes] = field(repr=False)
    """Yields parts as they arrive. Raises ClientLeftError if the caller leaves before its end; whatever it raises,
    `PassOn` raises."""


@dataclass(frozen=True, slots=True)
class Forwarding:
    """Where an inspector passes requests on to."""

    url: str
    """The base URL, to which `PassedRequest.target` is appended. May be this app's demo LLM (``/demo/v1``)."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """Plaintext that must stand in no error."""


class ClientLeftError(Exception):
    """The caller left before its request had arrived."""


class ForwardedAnswer(Protocol):
    """A server's answer of any status, redirects too, with its body unread."""

    @property
    def status(self) -> int: ...

    @property
    def reason(self) -> bytes:
        """The words behind the status, as sent."""

    @property
    def headers(self) -> RawHeaders:
        """End-to-end ones, as sent."""

    def aiter_bytes(self) -> AsyncIterator[bytes]:
        """Yield the body as it arrives, undecoded. Raises UpstreamError if the connection breaks."""


class PassOn(Protocol):
    """Sends a request on and yields the answer once its headers are there; leaving the block closes the connection.

    The receiver records what it reads from the answer, so the engine needs no callback for it. Raises UpstreamError if
    the address is blocked or unreachable, or no answer comes in time; ClientLeftError.
    """

    def __call__(
        self, request: PassedRequest, forwarding: Forwarding
    ) -> AbstractAsyncContextManager[ForwardedAnswer]: ...
