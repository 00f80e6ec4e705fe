"""Every regular expression of the product has a bound, and ends in time on hostile texts of that length."""

import re
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.patterns.bounds import MADE_AT_RUN_TIME, Bound, Where, bound_of
from tests.patterns.hostile import Pump, pumps
from tests.patterns.product import Site, sites

LENGTHS = (1_000, 8_000)
"""Tried first, in characters: only what may exceed its budget at its bound, by a square law, is tried on."""

MEASURED_AGAIN = 4
"""How often, if it took too long: the time of a virtual machine's processor includes what the host does meanwhile."""


def test_every_pattern_has_a_bound() -> None:
    unbounded = sorted({site.module for site in sites() if bound_of(site.dotted) is None})
    assert unbounded == [], (
        "Regular expressions without a stated bound. Say in tests/patterns/bounds.py how long a text reaches them "
        "(a constant that the product enforces before they are used), who sends it, and where they run."
    )


def test_every_pattern_that_is_made_at_run_time_says_of_what() -> None:
    made = {site.module for site in sites() if site.pattern is None}
    assert made == set(MADE_AT_RUN_TIME), (
        "A pattern that isn't a constant can't be tried here. Escape what goes into it, bound that, and name the "
        "module in MADE_AT_RUN_TIME with what it is."
    )


@pytest.mark.parametrize(
    ("pattern", "text"),
    [(r"(?:a|b)+\d*!", "b"), (r"\s+#", " "), (r"/v\d+[a-z0-9]*(/|$)", "0")],
)
def test_hostile_texts_repeat_what_the_pattern_repeats(pattern: str, text: str) -> None:
    assert any(text in pump.repeated for pump in pumps(re.compile(pattern)))


@pytest.mark.quiet
def test_no_hostile_text_exceeds_a_patterns_budget() -> None:
    assert [late for site in sites() for late in _late(site)] == []


def _late(site: Site) -> Iterator[str]:
    """Yield a sentence for each method of the pattern that takes longer than it may."""
    bound = bound_of(site.dotted)
    if site.pattern is None or bound is None or bound.where is Where.PROCESS:
        return
    for method in site.methods:
        for pump in pumps(site.pattern):
            took = _at_bound_ms(site.pattern, method, pump, bound)
            if took > bound.budget_ms:
                yield (
                    f"{site} takes {took:.0f} ms of CPU {bound.where} for {bound.chars:,} characters of "
                    f"{pump.repeated!r} after {pump.begun!r}, by {method}: make it linear (a possessive repetition, "
                    "a lookbehind before the first one, a plain loop), or bound the text before it."
                )
                break


def _at_bound_ms(pattern: re.Pattern[Any], method: str, pump: Pump, bound: Bound) -> float:
    """Return how long the text takes at its bound, or 0 if a shorter one shows that it takes no longer than it may."""
    for chars in LENGTHS:
        if chars < bound.chars:
            took = _took_ms(pattern, method, pump.text(chars))
            if took * (bound.chars / chars) ** 2 < bound.budget_ms:
                return 0.0
    text = pump.text(bound.chars)
    took = _took_ms(pattern, method, text)
    if took < bound.budget_ms:
        return took
    return min(took, *(_took_ms(pattern, method, text) for _ in range(MEASURED_AGAIN)))


def _took_ms(pattern: re.Pattern[Any], method: str, text: str) -> float:
    subject = text if isinstance(pattern.pattern, str) else text.encode("latin-1", "replace")
    use: Callable[[Any], Any] = getattr(pattern, method)
    begun = time.thread_time()
    matches = use(subject)
    if method == "finditer":
        deque(matches, maxlen=0)
    return (time.thread_time() - begun) * 1_000
