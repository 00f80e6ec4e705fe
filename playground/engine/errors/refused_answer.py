"""What a refusal looked like: its status, its headers and the first words of its body, for the turn's record."""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

from playground.engine.errors.bodies import one_line
from playground.engine.errors.excerpts import Redact
from playground.engine.limits import DEFAULT_LIMITS

_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_UNSEEN = frozenset({"script", "style"})
"""Elements of a web page whose content is no text."""


@dataclass(frozen=True, slots=True)
class RefusedAnswer:
    """A response that is no answer. Secrets in it are masked."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str = ""
    """Its first words on one line; empty if it has none, or isn't text."""


def refused_answer(
    status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes, *, redact: Redact
) -> RefusedAnswer:
    """Return the response for the record. ``headers`` are raw; ``body`` is as much of it as was read."""
    shown = tuple(
        (redact(name.decode("latin-1")), redact(value.decode("latin-1"))) for name, value in headers
    )
    return RefusedAnswer(status, shown, first_words(body, redact))


def first_words(body: bytes, redact: Redact) -> str:
    """Return the beginning of a body as text on one line, of a web page the text that a reader sees."""
    if b"\0" in body:
        return ""
    # Redact before the cut, which may halve a secret, and after cleaning, which may join the parts of one.
    text = redact(body.decode("utf-8", "replace"))
    if redact(plain := _unescaped(text)) != plain:
        text = plain
    words = redact(one_line(_page_text(text) if text.lstrip().startswith("<") else text))
    limit = DEFAULT_LIMITS.refused_body_chars
    return words if len(words) <= limit else words[: limit - 1].rstrip() + "…"


def _unescaped(text: str) -> str:
    """Return the text with the escapes of JSON and HTML undone: encoders differ in which characters they escape."""
    plain = _ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), text)
    return html.unescape(plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _page_text(page: str) -> str:
    """Return a web page without its tags, scripts and style sheets, in one pass."""
    before, *tags = page.split("<")
    texts = [before]
    unseen = ""
    for tag in tags:
        name, _, text = tag.partition(">")
        name = (name.split() or [""])[0].lower()
        if name == f"/{unseen}":
            unseen = ""
        elif name in _UNSEEN:
            unseen = name
        if not unseen:
            texts.append(text)
    return html.unescape(" ".join(texts))
