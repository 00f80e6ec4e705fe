"""Whether what something costs grows in proportion to its input."""

from collections.abc import Callable

SLACK = 3
"""How much more than its share the whole input may cost; a quadratic cost would be ``smaller`` times its share."""
FLOOR_S = 0.01
"""What the whole input may cost beside that: less is too little to be measured."""
TRIES = 3
"""Processor time only ever seems longer than it is, so the fastest of a few counts."""


def is_linear(cost_s: Callable[[int], float], size: int, smaller: int = 20) -> bool:
    """Return whether an input of this size costs its share of one that is ``smaller`` times smaller; in seconds."""
    share_s = min(cost_s(size // smaller) for _ in range(TRIES)) * smaller
    return any(cost_s(size) < SLACK * share_s + FLOOR_S for _ in range(TRIES))
