"""How long the common beginning of two sequences is."""

from collections.abc import Sequence


def common_beginning(one: Sequence[object], other: Sequence[object]) -> int:
    """Return how many equal members both sequences begin with."""
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count
