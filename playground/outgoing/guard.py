"""Decides which addresses may be dialled, when connecting, after all parsing and name lookups.

Checking the address as written only gives friendlier errors: what counts is what its name resolves to. Refusals raise
`OSError`, since the happy-eyeballs code in between swallows anything else.
"""

import asyncio
import contextlib
import contextvars
import socket
from collections.abc import Iterable, Iterator
from ipaddress import ip_address

from aiohttp import AddrInfoType
from aiohttp.abc import AbstractResolver, ResolveResult

from playground.engine.addresses.address import parse_private_host
from playground.engine.addresses.networks import METADATA_NAMES, IPAddress, is_metadata, is_public
from playground.lag_free_timeout import LagFreeTimeout
from playground.outgoing.phases import Moment, mark

_dialled_host: contextvars.ContextVar[str] = contextvars.ContextVar("dialled_host", default="")


class BlockedAddressError(OSError):
    """The address, or one that its name resolves to, is blocked for outgoing requests."""


class LookupTimeoutError(OSError):
    """The name server timed out."""


class Guard:
    """Allows public addresses, private ones only as host and port listed by the operator, metadata services never."""

    def __init__(self, private_hosts: Iterable[str] = ()) -> None:
        """``private_hosts`` are ``host:port`` or ``host:*`` (OUTBOUND_PRIVATE_HOSTS). Raises AddressError."""
        self._listed = frozenset(parse_private_host(entry) for entry in private_hosts)

    def check_host(self, host: str) -> None:
        if host in METADATA_NAMES:
            raise BlockedAddressError

    def check(self, host: str, port: int, ip: IPAddress) -> None:
        """Raise BlockedAddressError unless ``ip`` may be dialled for ``host`` as it was written."""
        if is_metadata(ip):
            raise BlockedAddressError
        if is_public(ip) or self._listed & {(host, port), (host, None)}:
            return
        raise BlockedAddressError

    @contextlib.contextmanager
    def dialling(self, host: str) -> Iterator[None]:
        """Tell the socket factory which host the connections made inside are for."""
        token = _dialled_host.set(host)
        try:
            yield
        finally:
            _dialled_host.reset(token)

    def open_socket(self, info: AddrInfoType) -> socket.socket:
        """Open the connector's socket: checks IP literals, and names once more."""
        family, kind, protocol, _, (text, port, *_) = info
        ip = ip_address(str(text))
        mark(Moment.CONNECT_STARTED)
        self.check(_dialled_host.get() or str(ip), int(port), ip)
        return socket.socket(family, kind, protocol)


class GuardedResolver(AbstractResolver):
    """Looks a name up once, and refuses the whole answer if any of its addresses is blocked."""

    def __init__(self, guard: Guard, timeout_ms: int) -> None:
        self._guard = guard
        self._timeout_ms = timeout_ms

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        self._guard.check_host(host)
        mark(Moment.LOOKUP_STARTED)
        addresses = await self._look_up(host, port, family)
        mark(Moment.LOOKUP_ENDED)
        for result in addresses:
            self._guard.check(host, port, ip_address(result["host"]))
        return addresses

    async def close(self) -> None:
        """Nothing to close."""

    async def _look_up(self, host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        try:
            async with LagFreeTimeout(self._timeout_ms / 1000):
                infos = await loop.getaddrinfo(
                    host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
                )
        except TimeoutError:
            raise LookupTimeoutError from None
        except UnicodeError:
            raise socket.gaierror(socket.EAI_NONAME, "") from None
        return [
            ResolveResult(
                hostname=host,
                host=str(sockaddr[0]),
                port=port,
                family=address_family,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address_family, _, protocol, _, sockaddr in infos
        ]
