"""Passes a request on to a real server, under the outgoing guard, and gives its answer back as it arrives."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from django.conf import settings

from playground.engine.addresses.address import Address, AddressError, parse_address
from playground.engine.errors import upstream
from playground.engine.errors.codes import Code, UpstreamError
from playground.inspectors.forwarding import ForwardedAnswer, Forwarding, PassedRequest, RawHeaders
from playground.inspectors.pass_on_limits import PASS_ON_LIMITS, PassOnLimits
from playground.inspectors.passed_headers import answer_headers, has_body, request_headers
from playground.lag_free_timeout import LagFreeTimeout
from playground.outgoing.passing_on import PassedAnswer, open_passed_on

HIGHEST_STATUS = 599
_BETWEEN_SEGMENTS = re.compile(r"[/\\]")


@asynccontextmanager
async def pass_on(
    request: PassedRequest, forwarding: Forwarding, limits: PassOnLimits = PASS_ON_LIMITS
) -> AsyncIterator[ForwardedAnswer]:
    """Implement `playground.inspectors.forwarding.PassOn`."""
    address = forward_address(forwarding.url, request.target)
    upload = _Upload(request.body) if has_body(request.headers) else None
    if upload is None:
        async for _ in request.body:
            pass  # its end tells the receiver that the request is there
    async with AsyncExitStack() as stack:
        try:
            answer = await _open(stack, request, address, upload, limits)
            yield _Forwarded(
                answer.status, answer.reason, _headers_back(answer), answer, address, limits.gap_ms
            )
        except UpstreamError:
            if upload is not None and upload.failure is not None:
                raise upload.failure from None
            raise


def forward_address(url: str, target: str) -> Address:
    """Return where a request goes: ``target`` behind the path of the base URL ``url``, their queries joined.

    The target stays byte for byte as it was sent. Raises UpstreamError if one of them can't be sent.
    """
    try:
        base = parse_address(url)
    except AddressError as error:
        raise upstream.unreadable_address(error.message) from None
    if not (target.isascii() and target.isprintable()) or {" ", "#"} & set(target):
        raise upstream.unreadable_address(
            "The request's path has characters that can't be sent as they stand: percent-encode them."
        )
    base_path, _, base_query = base.target.partition("?")
    path, _, query = target.partition("?")
    if base_path.strip("/") and _climbs_out(path):
        raise upstream.unreadable_address(
            "The request's path leaves the server's base URL by “..”: nothing was passed on."
        )
    joined = base_path.rstrip("/") + path if path.strip("/") else base_path
    queries = "&".join(each for each in (base_query, query) if each)
    return replace(base, target=f"{joined}?{queries}" if queries else joined)


def _climbs_out(path: str) -> bool:
    """Whether a server that resolves ``..``, encoded once or twice too, would leave where the path begins."""
    depth = 0
    for segment in _BETWEEN_SEGMENTS.split(unquote(unquote(path))):
        name = segment.partition(";")[0]
        if name == "..":
            depth -= 1
        elif name not in ("", "."):
            depth += 1
        if depth < 0:
            return True
    return False


async def _open(
    stack: AsyncExitStack,
    request: PassedRequest,
    address: Address,
    upload: "_Upload | None",
    limits: PassOnLimits,
) -> PassedAnswer:
    headers = request_headers(request.headers, own_cookies=own_cookies())
    _check_headers(headers)
    opened = open_passed_on(
        request.method, address, headers=headers, body=upload, connect_ms=limits.connect_ms
    )
    try:
        async with LagFreeTimeout(limits.begin_ms / 1000):
            answer = await stack.enter_async_context(opened)
    except TimeoutError:
        raise upstream.unanswered_in_time(address, limits.begin_ms) from None
    if not 200 <= answer.status <= HIGHEST_STATUS:
        raise upstream.not_http(address)
    return answer


def own_cookies() -> tuple[str, ...]:
    """Return the names of the cookies that sign somebody in to this site."""
    return (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)


def _headers_back(answer: PassedAnswer) -> RawHeaders:
    return answer_headers(answer.headers)


def _check_headers(headers: RawHeaders) -> None:
    """Raise UpstreamError for what no client library can send: bytes that are no UTF-8."""
    try:
        for name, value in headers:
            name.decode()
            value.decode()
    except UnicodeDecodeError:
        raise UpstreamError(
            Code.BAD_REQUEST,
            "Nothing was passed on: a header of the request has bytes that are no UTF-8. Send it without them.",
        ) from None


class _Upload(AsyncIterator[bytes]):
    """The request's body as it arrives; keeps why it broke off, which the transport reports as a failure of its own."""

    def __init__(self, parts: AsyncIterator[bytes]) -> None:
        self._parts = parts
        self.failure: Exception | None = None

    async def __anext__(self) -> bytes:
        try:
            return await anext(self._parts)
        except StopAsyncIteration:
            raise
        except Exception as failure:
            self.failure = failure
            raise


@dataclass(frozen=True, slots=True)
class _Forwarded:
    """A `ForwardedAnswer`."""

    status: int
    reason: bytes
    headers: RawHeaders
    _answer: PassedAnswer = field(repr=False)
    _address: Address
    _gap_ms: int

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        while part := await self._part():
            yield part

    async def _part(self) -> bytes:
        try:
            async with LagFreeTimeout(self._gap_ms / 1000):
                return await self._answer.read()
        except TimeoutError:
            raise upstream.fell_silent(self._address, self._gap_ms) from None
