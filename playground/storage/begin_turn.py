"""Begins a turn in one job of the database thread: its row is stored, then its plan is read."""

from dataclasses import dataclass

from playground.engine.turn_plan import TurnPlan
from playground.storage.load_plan import load_plan
from playground.storage.open_turn import Admit, NewTurn, OpenedTurn, open_turn


@dataclass(frozen=True, slots=True)
class BegunTurn:
    """A stored turn; without a plan if the same client message had opened it before."""

    opened: OpenedTurn
    plan: TurnPlan | None


class UnplannedTurnError(Exception):
    """The turn's row is stored, and its plan could not be read, for this cause. The row has to be closed."""

    def __init__(self, opened: OpenedTurn, cause: Exception) -> None:
        super().__init__()
        self.opened = opened
        self.cause = cause


def begin_turn(conversation_id: str, new: NewTurn, admit: Admit) -> BegunTurn:
    """Store the turn's row, and load its plan once that is committed.

    Raises CommandError as `open_turn` does, and UnplannedTurnError.
    """
    opened = open_turn(conversation_id, new, admit)
    if not opened.is_new:
        return BegunTurn(opened, None)
    try:
        return BegunTurn(opened, load_plan(opened))
    except Exception as error:
        raise UnplannedTurnError(opened, error) from error
