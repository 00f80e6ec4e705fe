"""Tells the address that a request comes from; behind a proxy the forwarded one."""

from typing import Any


def client_address(peer: str, forwarded: str, *, is_behind_proxy: bool) -> str:
    """Return ``peer``; behind a proxy the last address in ``X-Forwarded-For``, which the proxy itself added."""
    return (forwarded.rpartition(",")[2].strip() if is_behind_proxy else "") or peer


def address_of(scope: Any, *, is_behind_proxy: bool) -> str:
    """Return the client's address in an ASGI scope."""
    forwarded = dict(scope["headers"]).get(b"x-forwarded-for", b"").decode("latin-1")
    return client_address((scope.get("client") or [""])[0], forwarded, is_behind_proxy=is_behind_proxy)
