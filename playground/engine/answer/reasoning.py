"""Separates reasoning from content: text between ``<think>`` and ``</think>`` is never spoken."""

import re
from dataclasses import dataclass

_TAG = re.compile(r"<(/?)think(?:ing)?>", re.IGNORECASE)
_TAGS = ("<think>", "<thinking>", "</think>", "</thinking>")
_LONGEST = max(map(len, _TAGS))


@dataclass(frozen=True, slots=True)
class Split:
    """A piece of the content, and whether it is reasoning."""

    text: str
    is_reasoning: bool


class ReasoningSplitter:
    """Splits streamed content, however it is cut into pieces. Holds back only a partial tag."""

    def __init__(self) -> None:
        self._tail = ""
        self._skips_space = False
        self._has_content = False
        self.is_thinking = False
        self.saw_stray_end = False
        """A ``</think>`` came without ``<think>``: the text before it was already passed on as content."""

    def feed(self, text: str) -> list[Split]:
        if not self._tail and "<" not in text:
            return self._span(text)
        text = self._tail + text
        undecided = _undecided_from(text)
        text, self._tail = text[:undecided], text[undecided:]
        return self._split(text)

    def flush(self) -> list[Split]:
        text, self._tail = self._tail, ""
        return self._span(text)

    def _split(self, text: str) -> list[Split]:
        splits: list[Split] = []
        position = 0
        for tag in _TAG.finditer(text):
            splits += self._span(text[position : tag.start()])
            position = tag.end()
            ends = bool(tag[1])
            self.saw_stray_end |= ends and not self.is_thinking
            self.is_thinking = not ends
            self._skips_space = self.is_thinking or not self._has_content
        return splits + self._span(text[position:])

    def _span(self, text: str) -> list[Split]:
        if self._skips_space:
            text = text.lstrip()
            self._skips_space = not text
        if not text:
            return []
        self._has_content |= not self.is_thinking
        return [Split(text, self.is_thinking)]


def _undecided_from(text: str) -> int:
    start = text.rfind("<", max(0, len(text) - _LONGEST + 1))
    if start == -1:
        return len(text)
    tail = text[start:].lower()
    return start if any(tag.startswith(tail) and tag != tail for tag in _TAGS) else len(text)
