"""Chooses a turn's filler."""

import random

from playground.engine.speech.fillers import Pick
from playground.engine.turn_plan import TurnPlan


def filler_pick(plan: TurnPlan, *, unseeded: Pick) -> Pick:
    """Return the turn's own seeded choice, independent of other turns, or ``unseeded`` without a seed."""
    if plan.filler_seed is None:
        return unseeded
    return random.Random(f"{plan.filler_seed}/{plan.turn_idx}").randrange
