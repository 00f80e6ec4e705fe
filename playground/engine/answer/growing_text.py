"""A stored text of an answer: grows by pieces, up to a limit, and never contains a secret."""

from playground.engine.answer.redaction import Redactor


class GrowingText:
    """Redacts once more what several channels write into one text, because together they may spell a secret.

    The total cost is linear in the text's length.
    """

    __slots__ = ("_limit_chars", "_parts", "_redaction", "chars", "overflowed")

    def __init__(self, redactor: Redactor, limit_chars: int) -> None:
        self._redaction = redactor.stream() if redactor else None
        self._parts: list[str] = []
        self._limit_chars = limit_chars
        self.chars = 0
        self.overflowed = False
        """More arrived than fits; the rest was dropped."""

    @property
    def room(self) -> int:
        """How many more characters fit."""
        return self._limit_chars - self.chars

    def add(self, text: str) -> str:
        """Append a piece; return what was added."""
        return self._grow(self._redaction.feed(text) if self._redaction else text)

    def flush(self) -> str:
        return self._grow(self._redaction.flush()) if self._redaction else ""

    def _grow(self, text: str) -> str:
        if len(text) > self.room:
            self.overflowed = True
            text = text[: self.room]
        self._parts.append(text)
        self.chars += len(text)
        return text

    def __str__(self) -> str:
        if len(self._parts) != 1:
            self._parts = ["".join(self._parts)]
        return self._parts[0]
