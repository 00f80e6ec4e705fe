"""Reads the waits of several turns: a caller's wait goes on through the tool rounds of an answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from playground.engine.callers_wait import Times, turn_of_wait, wait_times
from playground.models import Turn

_COLUMNS = ("created_at", "status", "text", "heard_text", "timings", "timeline", "tool_results")


@dataclass(frozen=True, slots=True)
class Wait:
    """A wait of several closed turns; ``status`` is that of the last one."""

    turn_ids: tuple[str, ...]
    status: str
    times: Times


def waits_of(continued: Mapping[str, str | None]) -> dict[str, Wait]:
    """Return the waits of several turns, by the id of the first one.

    ``continued``: closed turns, each with the id of the turn that it continues. A wait whose beginning is not among
    them is left out.
    """
    chains = list(_chains(continued))
    if not chains:
        return {}
    turn_ids = [turn_id for chain in chains for turn_id in chain]
    turns = Turn.objects.only(*_COLUMNS).in_bulk(turn_ids)
    return {chain[0]: _wait([turns[turn_id] for turn_id in chain]) for chain in chains}


def _chains(continued: Mapping[str, str | None]) -> Iterator[list[str]]:
    following = {before: turn_id for turn_id, before in continued.items() if before is not None}
    for turn_id, before in continued.items():
        if before is not None or turn_id not in following:
            continue
        chain = [turn_id]
        while chain[-1] in following:
            chain.append(following[chain[-1]])
        yield chain


def _wait(turns: list[Turn]) -> Wait:
    times = wait_times([turn_of_wait({name: getattr(turn, name) for name in _COLUMNS}) for turn in turns])
    return Wait(tuple(turn.pk for turn in turns), turns[-1].status, times)
