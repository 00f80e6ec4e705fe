"""What was odd about an answer, in plain sentences; each is said once."""

_MOST = 50
"""A server that is odd in ever new ways is not worth more sentences."""


class Notes:
    def __init__(self) -> None:
        self._said: dict[str, None] = {}
        self._new: list[str] = []

    def add(self, note: str) -> None:
        if note not in self._said and len(self._said) < _MOST:
            self._said[note] = None
            self._new.append(note)

    def take(self) -> list[str]:
        """The notes added since the last call."""
        taken, self._new = self._new, []
        return taken

    @property
    def said(self) -> tuple[str, ...]:
        return tuple(self._said)
