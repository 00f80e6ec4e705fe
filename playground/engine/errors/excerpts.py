"""A server's own words in an error."""

from collections.abc import Callable

from playground.engine.errors.bodies import clean
from playground.engine.limits import DEFAULT_LIMITS

Redact = Callable[[str], str]
"""Masks the secrets in a text."""

MOST_CHARS = 16 * 1024
"""How much of a message is looked at; the excerpt is far shorter."""


def excerpt(text: str, redact: Redact) -> str:
    """Return a server's own words, fit to be shown: redacted, on one line, without hidden characters, not long."""
    # Cleaning may join what hid a secret, and each cut may halve one: it is looked for before both cuts.
    text = redact(clean(redact(text)[:MOST_CHARS]))
    limit = DEFAULT_LIMITS.error_excerpt_chars
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
