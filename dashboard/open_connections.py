"""The HTTP connections that are open in this process: limited in total and by address, so that nobody takes them all.

A connection that became a WebSocket is no longer one of them: sockets have limits of their own.
"""

import resource
from collections import Counter
from collections.abc import Hashable
from functools import cache

from django.conf import settings

from dashboard.client_addresses import shared_address

OPEN_FILES = 16_384
"""How many files and connections a server may have open, if the operating system lets it."""
OTHER_FILES = 256
"""How many of them are kept for databases, LLMs and files."""
CONNECTIONS = 4_096
"""The most open HTTP connections of a process; fewer if the operating system allows fewer open files."""
CONNECTIONS_OF_AN_ADDRESS = 512
"""The most of them from one address, or one IPv6 network of 64 bits. Not for a proxy, from which all come: it has
limits itself.
"""


class OpenConnections:
    def __init__(self, most: int, most_of_an_address: int) -> None:
        self._most = most
        self._most_of_an_address = most_of_an_address
        self._addresses: dict[Hashable, str] = {}
        self._counts: Counter[str] = Counter()

    def has_room(self, address: str) -> bool:
        """Return whether one more connection from the address may be open."""
        return self._has_room(shared_address(address))

    def enter(self, connection: Hashable, address: str) -> bool:
        """Count a connection from the address; return False if there is no room for it."""
        address = shared_address(address)
        if not self._has_room(address):
            return False
        self._addresses[connection] = address
        self._counts[address] += 1
        return True

    def leave(self, connection: Hashable) -> None:
        """Count a connection no longer; leaving again has no effect."""
        address = self._addresses.pop(connection, None)
        if address is None:
            return
        self._counts[address] -= 1
        if not self._counts[address]:
            del self._counts[address]

    def _has_room(self, address: str) -> bool:
        return len(self._addresses) < self._most and self._counts[address] < self._most_of_an_address


@cache
def open_connections() -> OpenConnections:
    """Return the open connections of this process."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = most_connections(allowed)
    return OpenConnections(most, most if settings.BEHIND_PROXY else CONNECTIONS_OF_AN_ADDRESS)


def most_connections(open_files: int) -> int:
    """Return how many HTTP connections a process may have that may have so many files open."""
    if open_files == resource.RLIM_INFINITY:
        return CONNECTIONS
    return min(CONNECTIONS, max(open_files - OTHER_FILES, open_files // 2))


def allow_open_files() -> None:
    """Raise this process's limit of open files, often 1,024, as far as the operating system allows."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    new_limit = OPEN_FILES if most == resource.RLIM_INFINITY else min(OPEN_FILES, most)
    if allowed != resource.RLIM_INFINITY and allowed < new_limit:
        resource.setrlimit(resource.RLIMIT_NOFILE, (new_limit, most))
