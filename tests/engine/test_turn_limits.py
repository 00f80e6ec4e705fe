"""Limits of open turns: which one applies, the refusal's sentence, and that every place is released."""

from contextlib import nullcontext

import pytest

from playground.engine.errors.codes import Code, CommandError
from playground.engine.turn_limits import OpenTurnLimits, OpenTurns, OpenTurnSlot

ALICE, BOB = 1, 2


def opened(turns: OpenTurns, user: int, key: str = "") -> OpenTurnSlot:
    slot = turns.slot()
    try:
        turns.count_for(slot, user, key)
    except CommandError:
        slot.release_unless_kept()
        raise
    slot.keep()
    return slot


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (
            OpenTurnLimits(of_process=2, of_user=9, of_key=9),
            "As many turns are open on this server as it carries at once: 2.",
        ),
        (
            OpenTurnLimits(of_process=9, of_user=2, of_key=9),
            "You have as many turns open as one user may have at once: 2.",
        ),
        (
            OpenTurnLimits(of_process=9, of_user=9, of_key=2),
            "This API key has as many turns open as one key may have at once: 2.",
        ),
    ],
)
def test_one_more_than_any_limit_is_refused_with_the_number(limits: OpenTurnLimits, words: str) -> None:
    turns = OpenTurns(limits, nullcontext())
    opened(turns, ALICE, "gr_a"), opened(turns, ALICE, "gr_a")
    with pytest.raises(CommandError) as refused:
        opened(turns, ALICE, "gr_a")
    assert refused.value.code is Code.BUSY
    assert refused.value.message.startswith(words)


def test_other_clients_are_served_while_one_is_refused() -> None:
    turns = OpenTurns(OpenTurnLimits(of_process=9, of_user=2, of_key=1), nullcontext())
    opened(turns, ALICE, "gr_a")
    with pytest.raises(CommandError):
        opened(turns, ALICE, "gr_a")
    opened(turns, ALICE, "gr_b")
    with pytest.raises(CommandError):
        opened(turns, ALICE)
    opened(turns, BOB, "gr_c")


def test_a_refused_one_takes_no_place() -> None:
    turns = OpenTurns(OpenTurnLimits(of_process=2, of_user=1, of_key=1), nullcontext())
    opened(turns, ALICE)
    for _ in range(5):
        with pytest.raises(CommandError, match="You have as many"):
            opened(turns, ALICE)
    opened(turns, BOB)


def test_a_place_that_is_given_back_twice_is_free_once() -> None:
    turns = OpenTurns(OpenTurnLimits(of_process=2, of_user=2, of_key=2), nullcontext())
    first = opened(turns, ALICE, "gr_a")
    opened(turns, ALICE, "gr_a")
    first.release()
    first.release()
    opened(turns, ALICE, "gr_a")
    with pytest.raises(CommandError):
        opened(turns, ALICE, "gr_a")


def test_nothing_is_remembered_of_turns_that_ended() -> None:
    turns = OpenTurns(OpenTurnLimits(), nullcontext())
    opened(turns, ALICE, "gr_a").release()
    assert not turns.counted
