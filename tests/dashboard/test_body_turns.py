"""Whose body is read next, if hundreds come at once."""

from collections.abc import Callable

import pytest

from dashboard.body_turns import AT_ONCE, BodyTurns


class Connection:
    """A connection whose client always has more to send; it counts how often it was read."""

    def __init__(self, turns: BodyTurns) -> None:
        self.is_paused = False
        self.reads = 0
        self._turns = turns

    def pause_body(self) -> None:
        self.is_paused = True

    def resume_body(self) -> None:
        self.is_paused = False

    def read(self) -> None:
        self.reads += 1
        self._turns.end_turn(self)


class Loop:
    """An event loop that reads every connection once a pass, unless it is paused."""

    def __init__(self, connections: int) -> None:
        self._due: list[Callable[[], None]] = []
        turns = BodyTurns(lambda _seconds, call: self._due.append(call))
        self.connections = [Connection(turns) for _ in range(connections)]

    def run_pass(self) -> int:
        """Return how many were read."""
        ready = [connection for connection in self.connections if not connection.is_paused]
        for connection in ready:
            connection.read()
        due, self._due = self._due, []
        for call in due:
            call()
        return len(ready)


def test_a_few_are_read_in_every_pass() -> None:
    loop = Loop(AT_ONCE)
    assert [loop.run_pass() for _ in range(3)] == [AT_ONCE] * 3


def test_of_hundreds_a_few_are_read_in_a_pass_and_all_in_turns() -> None:
    loop = Loop(AT_ONCE * 20)
    loop.run_pass()  # nothing tells before that they all have something
    reads = [loop.run_pass() for _ in range(39)]
    assert max(reads) <= AT_ONCE * 2
    assert reads[-1] == AT_ONCE
    assert max(each.reads for each in loop.connections) - min(each.reads for each in loop.connections) <= 1


def test_one_that_sends_nothing_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = Loop(AT_ONCE * 3)
    silent = loop.connections[:AT_ONCE]
    for connection in silent:
        monkeypatch.setattr(connection, "read", lambda: None)
    for _ in range(20):
        loop.run_pass()
    assert not any(connection.is_paused for connection in silent)
    assert min(connection.reads for connection in loop.connections[AT_ONCE:]) >= 8
