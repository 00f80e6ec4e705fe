"""A request as it goes out."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class WireRequest:
    """``url`` as written; ``headers`` and ``body`` hold plaintext secrets, so its repr hides them."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)
