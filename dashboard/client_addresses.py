"""Tells the address that a request comes from; behind a proxy the forwarded one."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Any

KEPT_ADDRESSES = 1_024
"""How many results of `shared_address` a process caches: a flood of connections comes from few addresses."""


def client_address(peer: str, forwarded: str, *, is_behind_proxy: bool) -> str:
    """Return ``peer``; behind a proxy the last address in ``X-Forwarded-For``, which the proxy itself added.

    Of all addresses that one client may have, it is the same: see `shared_address`.
    """
    return shared_address(_sent_from(peer, forwarded, is_behind_proxy=is_behind_proxy))


def _sent_from(peer: str, forwarded: str, *, is_behind_proxy: bool) -> str:
    return (forwarded.rpartition(",")[2].strip() if is_behind_proxy else "") or peer


@lru_cache(KEPT_ADDRESSES)
def shared_address(address: str) -> str:
    """Return the first address of an IPv6 network of 64 bits, of which a client may have all; an IPv4 one as it is."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    return str(parsed.ipv4_mapped or IPv6Address(parsed.packed[:8] + bytes(8)))


def address_of(scope: Any, *, is_behind_proxy: bool) -> str:
    """Return the client's address in an ASGI scope, by which it is told from others."""
    return shared_address(whole_address_of(scope, is_behind_proxy=is_behind_proxy))


def whole_address_of(scope: Any, *, is_behind_proxy: bool) -> str:
    """Return the client's address in an ASGI scope, to be shown."""
    forwarded = dict(scope["headers"]).get(b"x-forwarded-for", b"").decode("latin-1")
    return _sent_from((scope.get("client") or [""])[0], forwarded, is_behind_proxy=is_behind_proxy)
