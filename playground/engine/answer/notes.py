"""Notes on what is odd about a turn's answer or speech, without duplicates."""

_MOST = 50
"""The most notes on one answer."""


class TurnNotes:
    """Collects notes, each a sentence for a person, at most `_MOST` of them."""

    def __init__(self) -> None:
        self._texts: dict[str, None] = {}
        self._new: list[str] = []

    def add(self, note: str) -> None:
        if note not in self._texts and len(self._texts) < _MOST:
            self._texts[note] = None
            self._new.append(note)

    def take(self) -> list[str]:
        """Return the notes added since the last call."""
        taken, self._new = self._new, []
        return taken

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(self._texts)
