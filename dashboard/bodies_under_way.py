"""Counts the memory and disk used by the bodies of all unanswered requests, and of those of each address."""

from collections import Counter

from dashboard.body_limits import (
    BODIES_BYTES,
    BODIES_OF_AN_ADDRESS_BYTES,
    DEFAULT_BODY_BYTES,
    TOO_MUCH_OF_AN_ADDRESS,
    TOO_MUCH_UNDER_WAY,
    Refusal,
)


class BodiesUnderWay:
    """Counts the bytes of all bodies. A small body is always accepted, so large ones can't block a sign-in."""

    def __init__(self) -> None:
        self.received = 0
        self.received_from: Counter[str] = Counter()
        """The bytes received by address, of the addresses that have bodies here."""

    def body(self, address: str) -> "BodyUnderWay":
        return BodyUnderWay(self, address)

    def refusal_of(self, address: str, size: int) -> Refusal | None:
        """Return why there is no room for this many bytes more."""
        if self.received + size > BODIES_BYTES:
            return TOO_MUCH_UNDER_WAY
        is_over_share = self.received_from[address] + size > BODIES_OF_AN_ADDRESS_BYTES
        return TOO_MUCH_OF_AN_ADDRESS if is_over_share else None

    def add(self, address: str, size: int) -> None:
        self.received += size
        self.received_from[address] += size
        if not self.received_from[address]:
            del self.received_from[address]


class BodyUnderWay:
    """One body's share, until it is released."""

    def __init__(self, bodies: BodiesUnderWay, address: str) -> None:
        self._bodies = bodies
        self._address = address
        self._received = 0

    def take(self, size: int) -> Refusal | None:
        """Count received bytes, or return why there is no room for them."""
        is_small = self._received + size <= DEFAULT_BODY_BYTES
        refusal = None if is_small else self._bodies.refusal_of(self._address, size)
        if refusal is None:
            self._received += size
            self._bodies.add(self._address, size)
        return refusal

    def give_back(self) -> None:
        self._bodies.add(self._address, -self._received)
        self._received = 0
