"""The factory of outgoing HTTP clients.

Every request gets: an address checked when connecting, no redirects, cookies or proxy variables, the URL and headers
exactly as given, no compressed answers, and our own error codes. An address that begins with ``/`` goes to this app
itself, through the same client.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import unquote, urlsplit

import httpx
from django.conf import settings
from django.utils.module_loading import import_string

from playground.engine.addresses.address import Address
from playground.engine.errors import upstream
from playground.engine.limits import DEFAULT_LIMITS
from playground.outgoing.guard import Guard
from playground.outgoing.transports.in_process import Application, InProcessTransport
from playground.outgoing.transports.sockets import SocketTransport

OWN_SCHEME = "greenroom"
CALLABLE_OWN_PATHS = "/demo/"
"""This app's own endpoints that may be called: they call nothing themselves, so requests can't loop."""

_clients: dict[asyncio.AbstractEventLoop, httpx.AsyncClient] = {}


def client() -> httpx.AsyncClient:
    """Return this event loop's client, created on first use and closed by `aclose`."""
    loop = asyncio.get_running_loop()
    if loop not in _clients:
        for closed in [other for other in _clients if other.is_closed()]:
            del _clients[closed]
        _clients[loop] = _new_client()
    return _clients[loop]


async def aclose() -> None:
    """Close this event loop's client and its connections."""
    client = _clients.pop(asyncio.get_running_loop(), None)
    if client is not None:
        await client.aclose()


@asynccontextmanager
async def open_response(
    method: str,
    address: Address,
    *,
    headers: Sequence[tuple[str, str]],
    body: bytes = b"",
    connect_ms: int = DEFAULT_LIMITS.connect_ms,
    redact: Callable[[str], str] = str,
) -> AsyncIterator[httpx.Response]:
    """Send a request and yield the response with its body unread. Leaving the block closes the connection.

    ``redact`` masks the request's secrets in errors that quote the response.

    Raises UpstreamError if the address is blocked or unreachable, or the response is a redirect or compressed.
    """
    _check_own_address(address)
    request = _request(method, address, headers, body, connect_ms)
    request.extensions["redact"] = redact
    response = await client().send(request, stream=True)
    try:
        yield response
    finally:
        await response.aclose()


@cache
def tls_settings() -> ssl.SSLContext:
    """Trust Mozilla's authorities, which httpx ships, and the machine's own (a company's, for example)."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _new_client() -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=SocketTransport(Guard(settings.OUTBOUND_PRIVATE_HOSTS), tls_settings()),
        mounts={f"{OWN_SCHEME}://": InProcessTransport(_application)},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        trust_env=False,
        event_hooks={"response": [_refuse_redirect, _refuse_compression]},
    )


def _application() -> Application:
    application: Application = import_string(settings.ASGI_APPLICATION)
    return application


def _request(
    method: str, address: Address, headers: Sequence[tuple[str, str]], body: bytes, connect_ms: int
) -> httpx.Request:
    """Return a request whose target and headers are sent as given: httpx itself only sees the origin."""
    site = urlsplit(settings.SITE_URL)
    host = site.netloc if address.is_own else address.netloc
    return httpx.Request(
        method,
        f"{OWN_SCHEME}://own/" if address.is_own else f"{address.scheme}://{address.netloc}/",
        headers=[("Host", host), *headers],
        content=body or None,
        extensions={
            "address": address,
            "scheme": site.scheme if address.is_own else address.scheme,
            "timeout": {"connect": connect_ms / 1000},
        },
    )


def _check_own_address(address: Address) -> None:
    site = urlsplit(settings.SITE_URL)
    is_site = (address.scheme, address.netloc) == (site.scheme, site.netloc)
    if (address.is_own or is_site) and not _is_callable(address.path):
        raise upstream.not_callable(address)


def _is_callable(path: str) -> bool:
    """Whether it is a callable path of this app, also after normalisation by a proxy."""
    plain = unquote(path)
    segments = plain.replace("\\", "/").rstrip("/").split("/")[1:]
    return plain.startswith(CALLABLE_OWN_PATHS) and {"", ".", ".."}.isdisjoint(segments)


async def _refuse_redirect(response: httpx.Response) -> None:
    if 300 <= response.status_code < 400:
        address: Address = response.request.extensions["address"]
        location = response.headers.get("location", "")
        raise upstream.redirected(address, location, redact=response.request.extensions["redact"])


async def _refuse_compression(response: httpx.Response) -> None:
    """Raise UpstreamError for a compressed good answer; a refusal's status matters more than its text."""
    encoding = response.headers.get("content-encoding", "identity")
    if response.is_success and encoding.strip().lower() not in {"", "identity"}:
        raise upstream.compressed(response.request.extensions["address"], encoding)
