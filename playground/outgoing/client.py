"""The one factory of outgoing HTTP clients.

What every request gets, whoever makes it: an address judged where the connection is made, no redirects, cookies or
proxy variables, the URL and headers exactly as given, no compressed answers, and errors in our own codes. An address
that begins with ``/`` goes to this app itself, through the same client.
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
"""What may be called of this app: endpoints that call nobody themselves, so that no request can go in a circle."""

_clients: dict[asyncio.AbstractEventLoop, httpx.AsyncClient] = {}


def client() -> httpx.AsyncClient:
    """This event loop's client, made at its first use; `aclose` closes it."""
    loop = asyncio.get_running_loop()
    if loop not in _clients:
        for closed in [other for other in _clients if other.is_closed()]:
            del _clients[closed]
        _clients[loop] = _new_client()
    return _clients[loop]


async def aclose() -> None:
    """Close this event loop's client and every connection that it keeps."""
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
    """Send a request and give the answer, its body unread. Leaving the block closes the connection.

    ``redact`` masks the request's secrets in what an error shows of the answer.

    Raises UpstreamError: the address is closed or can't be reached, the answer is a redirect or compressed.
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
    """Trusts Mozilla's list of authorities, which httpx brings, and the machine's own (a company's, say)."""
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
    """A request whose target and headers go out as given: httpx itself sees nothing but the origin."""
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
    """Whether it is one of this app's callable paths, and would be after any proxy's tidying up."""
    plain = unquote(path)
    segments = plain.replace("\\", "/").rstrip("/").split("/")[1:]
    return plain.startswith(CALLABLE_OWN_PATHS) and {"", ".", ".."}.isdisjoint(segments)


async def _refuse_redirect(response: httpx.Response) -> None:
    if 300 <= response.status_code < 400:
        address: Address = response.request.extensions["address"]
        location = response.headers.get("location", "")
        raise upstream.redirected(address, location, redact=response.request.extensions["redact"])


async def _refuse_compression(response: httpx.Response) -> None:
    """Of an answer that is meant to be read: of a refusal the status is worth more than its text."""
    encoding = response.headers.get("content-encoding", "identity")
    if response.is_success and encoding.strip().lower() not in {"", "identity"}:
        raise upstream.compressed(response.request.extensions["address"], encoding)
