"""What is asked of the mock LLM: the user's words say how many deltas it answers with, and how fast."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of ``deltas`` words, one every ``gap_ms``; 0: as fast as they are read."""

    deltas: int
    gap_ms: float = 0.0

    @property
    def words(self) -> str:
        """The user's words that ask for it."""
        return f"deltas {self.deltas} every {self.gap_ms} ms"


def asked(words: str) -> Answer:
    """Return the answer that a user's words ask for. Raises ValueError for any others."""
    match words.split():
        case ["deltas", deltas, "every", gap_ms, "ms"]:
            return Answer(int(deltas), float(gap_ms))
        case _:
            raise ValueError(words)
