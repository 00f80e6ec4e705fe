"""How long the common beginning of two sequences is."""

from collections.abc import Sequence


def common_beginning(first: Sequence[object], second: Sequence[object]) -> int:
    """Return how many equal members both sequences begin with."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((place for place, (left, right) in pairs if left != right), min(len(first), len(second)))
