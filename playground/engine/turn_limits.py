"""Limits the open turns of a process: in total, per user, and per API key."""

from collections import Counter
from collections.abc import Hashable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from playground.engine.errors.codes import Code, CommandError


@dataclass(frozen=True, slots=True)
class OpenTurnLimits:
    """The most open turns in one process; a turn is open until its speech has ended."""

    of_process: int = 32
    of_user: int = 12
    of_key: int = 6


DEFAULT_OPEN_TURNS = OpenTurnLimits()


class OpenTurnSlot:
    """One open turn's slot. Releasing it again has no effect."""

    def __init__(self, open_turns: "OpenTurns") -> None:
        self._open_turns = open_turns
        self._taken: list[Hashable] = []
        self._is_kept = False

    def take(self, whose: Hashable, most: int, sentence: str) -> None:
        """Count the turn for ``whose`` too, once. Raises CommandError (busy), with the number, if it has ``most``."""
        with self._open_turns.lock:
            if whose in self._taken:
                return
            if self._open_turns.counted[whose] >= most:
                raise CommandError(Code.BUSY, sentence.format(most=most))
            self._open_turns.counted[whose] += 1
            self._taken.append(whose)

    def keep(self) -> None:
        """Keep the slot beyond the ``with`` block: the turn's task has started and releases it at its end."""
        self._is_kept = True

    def release_unless_kept(self) -> None:
        if not self._is_kept:
            self.release()

    def release(self) -> None:
        with self._open_turns.lock:
            while self._taken:
                whose = self._taken.pop()
                self._open_turns.counted[whose] -= 1
                if not self._open_turns.counted[whose]:
                    del self._open_turns.counted[whose]


class OpenTurns:
    """The open turns of a process, counted in memory, so that a crashed process leaves no count behind."""

    def __init__(self, limits: OpenTurnLimits, lock: AbstractContextManager[object]) -> None:
        """``lock`` is held while a turn is counted: one thread counts owners, another takes and releases slots."""
        self.lock = lock
        self._limits = limits
        self.counted: Counter[Hashable] = Counter()

    def slot(self) -> OpenTurnSlot:
        """Take one of the process's slots. Raises CommandError (busy)."""
        slot = OpenTurnSlot(self)
        slot.take("process", self._limits.of_process, _PROCESS)
        return slot

    def count_for(self, slot: OpenTurnSlot, user_id: Hashable, key: str) -> None:
        """Count the slot for its user and API key, if any. Raises CommandError (busy)."""
        slot.take(("user", user_id), self._limits.of_user, _USER)
        if key:
            slot.take(("key", key), self._limits.of_key, _KEY)


_PROCESS = "As many turns are open on this server as it carries at once: {most}. Try again in a moment."
_USER = (
    "You have as many turns open as one user may have at once: {most}. "
    "Wait for the end of one, or interrupt it."
)
_KEY = (
    "This API key has as many turns open as one key may have at once: {most}. "
    "Wait for the end of one, or interrupt it."
)
