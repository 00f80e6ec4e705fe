"""What was odd about an answer, in plain sentences; each is said once."""

_MOST = 50
"""A server that is odd in ever new ways is not worth more sentences."""


class Notes:
    def __init__(self) -> None:
        self._texts: dict[str, None] = {}
        self._new: list[str] = []

    def add(self, note: str) -> None:
        if note not in self._texts and len(self._texts) < _MOST:
            self._texts[note] = None
            self._new.append(note)

    def take(self) -> list[str]:
        """The notes added since the last call."""
        taken, self._new = self._new, []
        return taken

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(self._texts)
