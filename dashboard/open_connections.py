"""The HTTP connections that are open in this process: counted from their first byte on, in total and by address.

A connection that became a WebSocket is no longer one of them: sockets have limits of their own.
"""

from collections import Counter
from collections.abc import Hashable

CONNECTIONS = 2_048
"""The most open HTTP connections of a process."""
CONNECTIONS_OF_AN_ADDRESS = 512
"""The most of them from one address. Not for a proxy, from which all come: it has limits itself."""


class OpenConnections:
    def __init__(self, *, is_behind_proxy: bool) -> None:
        self._of_an_address = CONNECTIONS if is_behind_proxy else CONNECTIONS_OF_AN_ADDRESS
        self._addresses: dict[Hashable, str] = {}
        self._counts: Counter[str] = Counter()

    def has_room_for(self, address: str) -> bool:
        """Whether another connection from the address may be opened."""
        return len(self._addresses) < CONNECTIONS and self._counts[address] < self._of_an_address

    def is_counted(self, connection: Hashable) -> bool:
        return connection in self._addresses

    def enter(self, connection: Hashable, address: str) -> None:
        self._addresses[connection] = address
        self._counts[address] += 1

    def leave(self, connection: Hashable) -> None:
        """Count a connection no longer; leaving again has no effect."""
        address = self._addresses.pop(connection, None)
        if address is None:
            return
        self._counts[address] -= 1
        if not self._counts[address]:
            del self._counts[address]
