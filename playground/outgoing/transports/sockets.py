"""Sends requests over sockets: httpx's interface on aiohttp's parser and pool, behind the guard."""

import socket
import ssl
from collections.abc import AsyncIterable

import aiohttp
import httpx
from aiohttp.http_exceptions import LineTooLong
from multidict import MultiDict
from yarl import URL

from playground.engine.addresses.address import Address
from playground.engine.errors import upstream
from playground.engine.errors.codes import UpstreamError
from playground.engine.limits import DEFAULT_LIMITS
from playground.lag_free_timeout import LagFreeTimeout
from playground.outgoing.guard import BlockedAddressError, Guard, GuardedResolver, LookupTimeoutError
from playground.outgoing.transports.body import Body
from playground.outgoing.transports.connect_timeout import ConnectTimeout, connect_timing
from playground.outgoing.transports.tracing import tracing

KEEP_ALIVE_S = 30.0
HEADER_FIELD_BYTES = 16 * 1024
HEADER_FIELDS = 128
SET_BY_US = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
"""Headers that aiohttp would add by itself."""
_NO_TIMEOUT = aiohttp.ClientTimeout()
"""Its own would count the time in which this process stood still."""


class SocketTransport(httpx.AsyncBaseTransport):
    """One connection pool. Raises UpstreamError for every failure before the status line."""

    def __init__(self, guard: Guard, ssl_context: ssl.SSLContext) -> None:
        self._guard = guard
        connector = aiohttp.TCPConnector(
            limit=0,
            keepalive_timeout=KEEP_ALIVE_S,
            resolver=GuardedResolver(guard, DEFAULT_LIMITS.dns_ms),
            use_dns_cache=False,
            socket_factory=guard.open_socket,
            ssl=ssl_context,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=SET_BY_US,
            auto_decompress=False,
            trust_env=False,
            max_line_size=HEADER_FIELD_BYTES,
            max_field_size=HEADER_FIELD_BYTES,
            max_headers=HEADER_FIELDS,
            trace_configs=[tracing(), connect_timing()],
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        address: Address = request.extensions["address"]
        try:
            answer = await self._send(request, address)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _unanswered(error, address) from None
        if (
            sum(len(name) + len(value) for name, value in answer.raw_headers)
            > DEFAULT_LIMITS.response_header_bytes
        ):
            answer.close()
            raise upstream.headers_too_large(address)
        body = SocketBody(answer, address)
        return httpx.Response(
            answer.status,
            headers=list(answer.raw_headers),
            stream=body,
            extensions={
                "http_version": _http_version(answer),
                "reason_phrase": (answer.reason or "").encode("utf-8", "surrogateescape"),
                "body": body,
            },
        )

    @property
    def is_closed(self) -> bool:
        return self._session.closed

    async def aclose(self) -> None:
        await self._session.close()

    async def _send(self, request: httpx.Request, address: Address) -> aiohttp.ClientResponse:
        connect_s = request.extensions["timeout"]["connect"]
        async with LagFreeTimeout(None) as timeout:
            with self._guard.dialling(address.host):
                return await self._session.request(
                    request.method,
                    URL(f"{address.scheme}://{address.netloc}{address.target}", encoded=True),
                    headers=_headers_of(request),
                    data=_body_of(request),
                    allow_redirects=False,
                    timeout=_NO_TIMEOUT,
                    trace_request_ctx=ConnectTimeout(timeout, connect_s),
                )


class SocketBody(Body):
    def __init__(self, answer: aiohttp.ClientResponse, address: Address) -> None:
        self._answer = answer
        self._address = address

    async def read(self) -> bytes:
        content = self._answer.content
        try:
            return await content.readany()
        except (aiohttp.ClientError, OSError) as error:
            return self._last_bytes(error)

    async def aclose(self) -> None:
        self._answer.close()

    def _last_bytes(self, error: Exception) -> bytes:
        """Return the data that arrived before the connection broke: aiohttp raises before it returns them."""
        content = self._answer.content
        content.set_exception(None)  # type: ignore[arg-type] # None takes it back
        rest = content.read_nowait()
        content.set_exception(error)
        if not rest:
            raise upstream.broken_off(self._address) from None
        return rest


class _Name(str):
    """A header's name that equals its other spellings: aiohttp would take one for a correction of the first."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and self.lower() == other.lower()

    def __hash__(self) -> int:
        return hash(self.lower())


def _headers_of(request: httpx.Request) -> MultiDict[str]:
    return MultiDict((_Name(name.decode()), value.decode()) for name, value in request.headers.raw)


def _body_of(request: httpx.Request) -> AsyncIterable[bytes] | None:
    """Return what is sent; None without a body. One of an unknown length is sent in chunks."""
    if isinstance(request.stream, httpx.ByteStream) and request.headers.get("content-length", "0") == "0":
        return None
    assert isinstance(request.stream, httpx.AsyncByteStream)
    return request.stream


def _unanswered(error: Exception, address: Address) -> UpstreamError:
    """Return the error for an exception before the status line.

    Its text is never used: it may contain a secret.
    """
    cause = _root(error)
    match cause:
        case BlockedAddressError():
            return upstream.blocked(address)
        case LookupTimeoutError():
            return upstream.lookup_timed_out(address)
        case socket.gaierror():
            return upstream.name_not_found(address)
        case ssl.SSLCertVerificationError():
            return upstream.certificate_refused(address, cause.verify_code)
        case ssl.SSLError():
            return upstream.no_tls(address)
        case LineTooLong():
            return upstream.headers_too_large(address)
    match error:
        case TimeoutError():
            return upstream.connect_timed_out(address)
        case aiohttp.ClientConnectorError() if isinstance(cause, ConnectionResetError):
            return upstream.no_tls(address)
        case aiohttp.ClientConnectorError():
            return upstream.connection_refused(address)
        case aiohttp.ServerDisconnectedError():
            return upstream.closed_unanswered(address)
        case aiohttp.ClientOSError():
            return upstream.reset_unanswered(address)
        case _:
            return upstream.not_http(address)


def _root(error: BaseException) -> BaseException:
    """Return the original exception that aiohttp wrapped."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def _http_version(answer: aiohttp.ClientResponse) -> bytes:
    version = answer.version
    return b"HTTP/1.1" if version is None else b"HTTP/%d.%d" % (version.major, version.minor)
