"""Sends one completion's request and streams the answer."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol

from personas.surroundings import USER_AGENT
from playground.engine.addresses.address import Address, AddressError, parse_address
from playground.engine.answer.redaction import Redactor, redactor_of
from playground.engine.errors import upstream
from playground.engine.errors.codes import UpstreamError
from playground.engine.errors.refusals import refused
from playground.engine.errors.refused_answer import refused_answer
from playground.engine.headers import HeaderError, check_value
from playground.engine.limits import Limits
from playground.engine.wire_request import WireRequest
from playground.lag_free_timeout import LagFreeTimeout
from playground.outgoing import client
from playground.outgoing.transports.body import Body

STANDING_HEADERS = (
    ("Accept", "application/json"),
    ("Accept-Encoding", "identity"),
    ("Content-Type", "application/json"),
    ("User-Agent", USER_AGENT),
)
"""Default headers. The encoding always wins: a compressed stream is refused."""

KEY_HEADERS = frozenset({"authorization", "api-key", "x-api-key", "x-goog-api-key"})

REST_MS = 50
REST_BYTES = 4 * 1024
"""How long, in how many bytes, the rest of an answer is read so that its connection can be reused."""


@dataclass(frozen=True, slots=True)
class Response:
    """A good response (2xx), its body unread. Secrets echoed in its headers are masked."""

    status: int
    headers: tuple[tuple[str, str], ...]
    http_version: str
    """HTTP/1.0 or HTTP/1.1"""
    _body: Body = field(repr=False)

    def aiter_bytes(self) -> AsyncIterator[bytes]:
        """Yield the body as it arrives. Raises UpstreamError if the connection breaks."""
        return aiter(self._body)


class OpenCompletion(Protocol):
    """How to reach an LLM or a tool endpoint: `open_completion`, or a test's own."""

    def __call__(
        self, request: WireRequest, *, limits: Limits, secrets: tuple[str, ...]
    ) -> AbstractAsyncContextManager[Response]: ...


@asynccontextmanager
async def open_completion(
    request: WireRequest, *, limits: Limits, secrets: Collection[str] = ()
) -> AsyncIterator[Response]:
    """Send a request and yield a good response. Leaving the block closes the connection at once.

    Raises UpstreamError for everything else, without the ``secrets`` in its message and excerpt.
    """
    redactor = redactor_of(secrets)
    async with AsyncExitStack() as stack:
        try:
            response = await _open(stack, request, limits, redactor)
        except UpstreamError as error:
            raise replace(error, message=redactor.redact(error.message)) from None
        yield response
        await _read_rest(response)


async def _open(stack: AsyncExitStack, request: WireRequest, limits: Limits, redactor: Redactor) -> Response:
    address = _address(request.url)
    opened = client.open_response(
        request.method,
        address,
        headers=_headers(request),
        body=request.body,
        connect_ms=limits.connect_ms,
        redact=redactor.redact,
    )
    try:
        async with LagFreeTimeout(limits.first_content_ms / 1000):
            http = await stack.enter_async_context(opened)
    except TimeoutError:
        raise upstream.unanswered_in_time(address, limits.first_content_ms) from None
    body: Body = http.extensions["body"]
    if not http.is_success:
        error_body = await _error_body(body, limits) if "content-encoding" not in http.headers else b""
        raise refused(
            address,
            http.status_code,
            http.headers,
            error_body,
            now=datetime.now(UTC),
            redact=redactor.redact,
            answer=refused_answer(http.status_code, http.headers.raw, error_body, redact=redactor.redact),
            had_key=_has_key(request),
        )
    if http.status_code in {204, 205} or http.headers.get("content-length") == "0":
        empty = refused_answer(http.status_code, http.headers.raw, b"", redact=redactor.redact)
        raise replace(upstream.empty_answer(address, http.status_code), answer=empty)
    headers = tuple(
        (redactor.redact(name.decode("latin-1")), redactor.redact(value.decode("latin-1")))
        for name, value in http.headers.raw
    )
    return Response(http.status_code, headers, http.http_version, body)


def _has_key(request: WireRequest) -> bool:
    """Whether the request has a key where servers of LLMs look for one: in a header, or in the address's query."""
    in_headers = any(name.lower() in KEY_HEADERS and value.strip() for name, value in request.headers)
    return in_headers or "key=" in request.url


def _address(url: str) -> Address:
    try:
        return parse_address(url)
    except AddressError as error:
        raise upstream.unreadable_address(error.message) from None


def _headers(request: WireRequest) -> list[tuple[str, str]]:
    """Return the request's headers with the defaults, validated again: they now contain secrets."""
    try:
        for name, value in request.headers:
            check_value(name, value)
    except HeaderError as error:
        raise upstream.unsendable_header(error.message) from None
    own_names = {name.lower() for name, _ in request.headers}
    missing = [(name, value) for name, value in STANDING_HEADERS if name.lower() not in own_names]
    forced = {"accept-encoding": "identity"}
    return missing + [(name, forced.get(name.lower(), value)) for name, value in request.headers]


async def _error_body(body: Body, limits: Limits) -> bytes:
    """Return the beginning of an error's body. A body that doesn't arrive in time is dropped: the status matters."""
    beginning = bytearray()
    with suppress(UpstreamError, TimeoutError):
        async with LagFreeTimeout(limits.error_body_ms / 1000):
            while len(beginning) < limits.error_body_bytes and (chunk := await body.read()):
                beginning += chunk
    return bytes(beginning[: limits.error_body_bytes])


async def _read_rest(response: Response) -> None:
    """Read to an end that is near, so that the connection can serve the next turn."""
    size = 0
    with suppress(UpstreamError, TimeoutError):
        async with asyncio.timeout(REST_MS / 1000):
            async for chunk in response.aiter_bytes():
                size += len(chunk)
                if size > REST_BYTES:
                    return
