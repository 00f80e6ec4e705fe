"""Passes a caller's request on to a server: headers and bytes as they come, whatever the answer is."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

import httpx

from playground.engine.addresses.address import Address
from playground.engine.errors import upstream
from playground.outgoing import client
from playground.outgoing.own_site import is_own_site
from playground.outgoing.transports.body import Body

RawHeaders = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class PassedAnswer:
    """A server's answer of any status, its body unread."""

    status: int
    reason: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    """All headers, as sent."""
    _body: Body = field(repr=False)

    async def read(self) -> bytes:
        """Return what has arrived of the body, empty at its end. Raises UpstreamError if the connection breaks."""
        return await self._body.read()


@asynccontextmanager
async def open_passed_on(
    method: str,
    address: Address,
    *,
    headers: RawHeaders,
    body: AsyncIterator[bytes] | None,
    connect_ms: int,
) -> AsyncIterator[PassedAnswer]:
    """Send a request and yield the answer once its headers are there. Leaving the block closes the connection.

    ``headers`` are all that is sent beside ``Host``; a ``body`` without their ``Content-Length`` goes in chunks.
    Raises UpstreamError if the address is blocked, unreachable, or this site's own but for the demo LLM's.
    """
    if is_own_site(address) and not client.is_callable(address.path, client.LEAF_OWN_PATHS):
        raise upstream.own_site(address)
    request = httpx.Request(
        method,
        client.origin_of(address),
        headers=[(b"Host", client.host_of(address).encode()), *headers],
        stream=httpx.ByteStream(b"") if body is None else _Upload(body),
        extensions=client.extensions_of(address, connect_ms),
    )
    response = await client.transports().to(address).handle_async_request(request)
    try:
        yield PassedAnswer(
            response.status_code, _reason(response), tuple(response.headers.raw), response.extensions["body"]
        )
    finally:
        await response.aclose()


class _Upload(httpx.AsyncByteStream):
    """A body that is sent as it comes."""

    def __init__(self, parts: AsyncIterator[bytes]) -> None:
        self._parts = parts

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._parts


def _reason(response: httpx.Response) -> bytes:
    reason: bytes | None = response.extensions.get("reason_phrase")
    if reason is not None:
        return reason
    try:
        return HTTPStatus(response.status_code).phrase.encode()
    except ValueError:
        return b""
