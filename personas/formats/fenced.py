"""Extracts the code block of a Markdown text, as chats and documentation pages have it."""

import re
from dataclasses import dataclass

_FENCE = re.compile(r"^[ \t]{0,3}(?P<mark>`{3,}|~{3,})(?P<language>[^`~\n]{0,40})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Fenced:
    """A code block. ``text`` keeps its original lines."""

    text: str
    notes: tuple[str, ...] = ()


def without_fence(pasted: str) -> Fenced:
    """Return the first code block, or the text itself if there is none before its first brace."""
    opened = _FENCE.search(pasted)
    if opened is None or "{" in pasted[: opened.start()]:
        return Fenced(pasted)
    closed = _closing(pasted, opened)
    begin = min(opened.end() + 1, len(pasted))
    block = "\n" * pasted.count("\n", 0, begin) + pasted[begin : closed.start() if closed else len(pasted)]
    around = pasted[: opened.start()] + (pasted[closed.end() :] if closed else "")
    if not around.strip():
        return Fenced(block)
    return Fenced(block, ("What stands around the first code block (between ``` lines) was left out.",))


def _closing(pasted: str, opened: re.Match[str]) -> re.Match[str] | None:
    for fence in _FENCE.finditer(pasted, opened.end()):
        if fence["mark"].startswith(opened["mark"]) and not fence["language"].strip():
            return fence
    return None
