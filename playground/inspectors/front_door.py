"""What the site's front door tells an inspector of a request: who sends it, and whether its body may come in."""

from collections.abc import Callable
from dataclasses import dataclass

from playground.engine.limits import MIB

INSPECT_PATH = "/inspect/"
"""Below it stand the addresses of inspectors."""
BODY_BYTES = 4 * MIB
"""The longest body of a request to an inspector."""


@dataclass(frozen=True, slots=True)
class BodyRefusal:
    """Why a body isn't taken: the status to answer, and a sentence for a person."""

    status: int
    message: str


def _room_for_all(_size: int) -> BodyRefusal | None:
    return None


@dataclass(frozen=True, slots=True)
class FrontDoor:
    client_address: str = ""
    """The client's address, behind a proxy the forwarded one; empty for a request of this app to itself."""
    refusal: BodyRefusal | None = None
    """Why the server dropped the body already."""
    take: Callable[[int], BodyRefusal | None] = _room_for_all
    """Counts bytes of a body that arrived, or returns why there is no room for them."""
    shared_address: str = ""
    """What all addresses that one client may have share, by which its lookups are counted."""
