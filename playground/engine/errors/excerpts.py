"""Excerpts of servers' own error messages."""

from collections.abc import Callable

from playground.engine.errors.bodies import one_line
from playground.engine.limits import DEFAULT_LIMITS

Redact = Callable[[str], str]
"""Masks the secrets in a text."""

MOST_CHARS = 16 * 1024
"""How much of a message is read; the excerpt is far shorter."""


def excerpt(text: str, redact: Redact) -> str:
    """Return a server's text as it may be shown: redacted, short, on one line, without hidden characters."""
    # Redact before each cut, which may halve a secret, and after cleaning, which may join the parts of one.
    text = redact(one_line(redact(text)[:MOST_CHARS]))
    limit = DEFAULT_LIMITS.error_excerpt_chars
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
