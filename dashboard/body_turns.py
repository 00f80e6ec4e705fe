"""Reads bodies in turns: in each pass of the event loop a few, so that hundreds that come at once delay nobody else."""

from collections import deque
from collections.abc import Callable
from typing import Protocol

AT_ONCE = 4
"""How many bodies a process reads in a pass of its event loop, up to 64 KiB of each."""


class BodyConnection(Protocol):
    """A connection on which a body arrives."""

    def pause_body(self) -> None: ...

    def resume_body(self) -> None:
        """Read on, unless the body has ended meanwhile."""


class BodyTurns:
    """Queues connections for their next read, in order of arrival. A silent connection delays no other."""

    def __init__(self, call_later: Callable[[float, Callable[[], None]], object]) -> None:
        self._call_later = call_later
        self._waiting: deque[BodyConnection] = deque()
        self._read_in_this_pass = 0
        self._is_next_pass_due = False

    def end_turn(self, connection: BodyConnection) -> None:
        """Pause a connection, some of whose body has just been read, if others wait or enough was read in this pass."""
        self._read_in_this_pass += 1
        if self._waiting or self._read_in_this_pass > AT_ONCE:
            connection.pause_body()
            self._waiting.append(connection)
        self._await_next_pass()

    def _await_next_pass(self) -> None:
        if not self._is_next_pass_due:
            self._is_next_pass_due = True
            self._call_later(0, self._begin_pass)

    def _begin_pass(self) -> None:
        self._is_next_pass_due = False
        self._read_in_this_pass = 0
        for _ in range(min(AT_ONCE, len(self._waiting))):
            self._waiting.popleft().resume_body()
        if self._waiting:
            self._await_next_pass()
