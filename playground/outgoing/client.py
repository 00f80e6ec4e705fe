"""Sends outgoing HTTP requests.

Every request gets: an address checked when connecting, no redirects, cookies or proxy variables, the URL and headers
exactly as given, no compressed answers, and our own error codes. An address that begins with ``/`` goes to this app
itself, by the same rules.
"""

import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
from django.conf import settings
from django.utils.module_loading import import_string

from playground.engine.addresses.address import Address
from playground.engine.errors import upstream
from playground.engine.errors.refused_answer import RefusedAnswer, refused_answer
from playground.engine.limits import DEFAULT_LIMITS
from playground.outgoing.guard import Guard
from playground.outgoing.phases import TimedHandshake
from playground.outgoing.transports.in_process import Application, InProcessTransport
from playground.outgoing.transports.sockets import SocketTransport
from playground.per_loop import PerLoop

OWN_SCHEME = "greenroom"
LEAF_OWN_PATHS = ("/demo/",)
"""This app's own endpoints that call nothing themselves: an inspector may pass requests on to these alone, so that
they can't loop.
"""
CALLABLE_OWN_PATHS = (*LEAF_OWN_PATHS, "/inspect/")
"""This app's own endpoints that may be called by everything else."""


@dataclass(frozen=True, slots=True)
class Transports:
    """An event loop's ways to send a request. httpx's own client on top of them would cost as much as they do."""

    own: InProcessTransport
    sockets: SocketTransport

    def to(self, address: Address) -> httpx.AsyncBaseTransport:
        return self.own if address.is_own else self.sockets


def _new_transports() -> Transports:
    return Transports(
        own=InProcessTransport(_application),
        sockets=SocketTransport(Guard(settings.OUTBOUND_PRIVATE_HOSTS), tls_settings()),
    )


_transports = PerLoop(_new_transports)


def transports() -> Transports:
    """Return this event loop's transports; `aclose` closes them."""
    return _transports.get()


async def aclose() -> None:
    """Close this event loop's transports and their connections."""
    transports = _transports.pop()
    if transports is not None:
        await transports.sockets.aclose()


@asynccontextmanager
async def open_response(
    method: str,
    address: Address,
    *,
    headers: Sequence[tuple[str, str]],
    body: bytes = b"",
    connect_ms: int = DEFAULT_LIMITS.connect_ms,
    redact: Callable[[str], str] = str,
    own_paths: tuple[str, ...] = CALLABLE_OWN_PATHS,
) -> AsyncIterator[httpx.Response]:
    """Send a request and yield the response with its body unread. Leaving the block closes the connection.

    ``redact`` masks the request's secrets in errors that quote the response. ``own_paths`` are the beginnings of this
    app's own paths that it may call.

    Raises UpstreamError if the address is blocked or unreachable, or the response is a redirect or compressed.
    """
    check_own_address(address, own_paths)
    request = _request(method, address, headers, body, connect_ms)
    response = await transports().to(address).handle_async_request(request)
    try:
        _refuse_redirect(response, address, redact)
        _refuse_compression(response, address, redact)
        yield response
    finally:
        await response.aclose()


@cache
def tls_settings() -> ssl.SSLContext:
    """Trust Mozilla's authorities, which httpx ships, and the machine's own (a company's, for example)."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    context.set_alpn_protocols(["http/1.1"])
    context.sslobject_class = TimedHandshake
    return context


def _application() -> Application:
    application: Application = import_string(settings.ASGI_APPLICATION)
    return application


def _request(
    method: str, address: Address, headers: Sequence[tuple[str, str]], body: bytes, connect_ms: int
) -> httpx.Request:
    """Return a request whose target and headers are sent as given: httpx itself only sees the origin."""
    return httpx.Request(
        method,
        origin_of(address),
        headers=[("Host", host_of(address)), *headers],
        content=body or None,
        extensions=extensions_of(address, connect_ms),
    )


def origin_of(address: Address) -> str:
    """Return what httpx sees of an address."""
    return f"{OWN_SCHEME}://own/" if address.is_own else f"{address.scheme}://{address.netloc}/"


def host_of(address: Address) -> str:
    """Return the value of the header ``Host``."""
    return urlsplit(settings.SITE_URL).netloc if address.is_own else address.netloc


def extensions_of(address: Address, connect_ms: int) -> dict[str, Any]:
    """Return what the transports read of a request."""
    return {
        "address": address,
        "scheme": urlsplit(settings.SITE_URL).scheme if address.is_own else address.scheme,
        "timeout": {"connect": connect_ms / 1000},
    }


def check_own_address(address: Address, own_paths: tuple[str, ...] = CALLABLE_OWN_PATHS) -> None:
    """Raise UpstreamError for an address of this app, by its own name too, whose path begins otherwise."""
    site = urlsplit(settings.SITE_URL)
    is_site = (address.scheme, address.netloc) == (site.scheme, site.netloc)
    if (address.is_own or is_site) and not is_callable(address.path, own_paths):
        raise upstream.not_callable(address)


def is_callable(path: str, own_paths: tuple[str, ...]) -> bool:
    """Whether it is a callable path of this app, also after normalisation by a proxy."""
    plain = unquote(path)
    segments = plain.replace("\\", "/").rstrip("/").split("/")[1:]
    return plain.startswith(own_paths) and {"", ".", ".."}.isdisjoint(segments)


def _refuse_redirect(response: httpx.Response, address: Address, redact: Callable[[str], str]) -> None:
    if 300 <= response.status_code < 400:
        error = upstream.redirected(address, response.headers.get("location", ""), redact=redact)
        raise replace(error, answer=_unread(response, redact))


def _refuse_compression(response: httpx.Response, address: Address, redact: Callable[[str], str]) -> None:
    """Raise UpstreamError for a compressed good answer; a refusal's status matters more than its text."""
    encoding = response.headers.get("content-encoding", "identity")
    if response.is_success and encoding.strip().lower() not in {"", "identity"}:
        raise replace(upstream.compressed(address, encoding), answer=_unread(response, redact))


def _unread(response: httpx.Response, redact: Callable[[str], str]) -> RefusedAnswer:
    return refused_answer(response.status_code, response.headers.raw, b"", redact=redact)
