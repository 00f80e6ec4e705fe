"""The cells of the table: each measures one thing of one candidate, on a server started for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.bench.effort import Effort
from tests.bench.figures import Figures
from tests.bench.servers import Candidate, Stand

Measure = Callable[[Stand, Candidate, Effort], Awaitable[Figures]]


@dataclass(frozen=True, slots=True)
class Cell:
    """A group of the table's rows."""

    name: str
    title: str
    measure: Measure
    candidates: tuple[Candidate, ...] = tuple(Candidate)
    is_asked_for: bool = False
    """Whether it is measured only where it is named: it needs more than the machine."""

    @property
    def others(self) -> str:
        """Who is among the other processes of the machine."""
        return ", PostgreSQL and Redis among them" if self.is_asked_for else ""
