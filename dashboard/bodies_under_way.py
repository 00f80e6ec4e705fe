"""Counts the memory and disk used by the bodies of all unanswered requests."""

from dashboard.body_limits import BODIES_BYTES, DEFAULT_BODY_BYTES


class BodiesUnderWay:
    """Counts the bytes of all bodies. A small body is always accepted, so large ones can't block a sign-in."""

    def __init__(self) -> None:
        self.received = 0

    def body(self) -> "BodyUnderWay":
        return BodyUnderWay(self)


class BodyUnderWay:
    """One body's share, until it is released."""

    def __init__(self, bodies: BodiesUnderWay) -> None:
        self._bodies = bodies
        self._received = 0

    def take(self, size: int) -> bool:
        """Count received bytes; return False if there is no room for them."""
        is_small = self._received + size <= DEFAULT_BODY_BYTES
        if not is_small and self._bodies.received + size > BODIES_BYTES:
            return False
        self._received += size
        self._bodies.received += size
        return True

    def give_back(self) -> None:
        self._bodies.received -= self._received
        self._received = 0
