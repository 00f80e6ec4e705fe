"""How many turns may be open at once in a process: of all, of one user, of one API key."""

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass

from playground.engine.errors.codes import Code, CommandError


@dataclass(frozen=True, slots=True)
class OpenTurnLimits:
    """The most open turns of one process; a turn is open until its speech has ended."""

    of_process: int = 32
    of_user: int = 12
    of_key: int = 6


DEFAULT_OPEN_TURNS = OpenTurnLimits()


class Place:
    """One open turn's place. It is given back once, however often that is asked for."""

    def __init__(self, open_turns: "OpenTurns") -> None:
        self._open_turns = open_turns
        self._taken: list[Hashable] = []
        self._is_kept = False

    def take(self, whose: Hashable, most: int, sentence: str) -> None:
        """Count for one more. Raises CommandError (busy) with the number when all its places are taken."""
        if self._open_turns.counted[whose] >= most:
            raise CommandError(Code.BUSY, sentence.format(most=most))
        self._open_turns.counted[whose] += 1
        self._taken.append(whose)

    def keep(self) -> None:
        """The turn has its task, whose end gives the place back."""
        self._is_kept = True

    def give_back_unless_kept(self) -> None:
        if not self._is_kept:
            self.give_back()

    def give_back(self) -> None:
        while self._taken:
            whose = self._taken.pop()
            self._open_turns.counted[whose] -= 1
            if not self._open_turns.counted[whose]:
                del self._open_turns.counted[whose]


class OpenTurns:
    """The places of a process, counted in memory: a process that dies takes its own count with it."""

    def __init__(self, limits: OpenTurnLimits) -> None:
        self._limits = limits
        self.counted: Counter[Hashable] = Counter()

    def place(self) -> Place:
        """A place among the process's. Raises CommandError (busy)."""
        place = Place(self)
        place.take("process", self._limits.of_process, _PROCESS)
        return place

    def settle(self, place: Place, user_id: Hashable, key: str) -> None:
        """Count the place for its user and the key that was presented, if any. Raises CommandError (busy)."""
        place.take(("user", user_id), self._limits.of_user, _USER)
        if key:
            place.take(("key", key), self._limits.of_key, _KEY)


_PROCESS = "As many turns are open on this server as it carries at once: {most}. Try again in a moment."
_USER = (
    "You have as many turns open as one user may have at once: {most}. "
    "Wait for the end of one, or interrupt it."
)
_KEY = (
    "This API key has as many turns open as one key may have at once: {most}. "
    "Wait for the end of one, or interrupt it."
)
