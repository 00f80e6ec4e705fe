"""Deltas that repeat earlier text."""

import pytest

from playground.engine.answer.delta_habits import CUMULATIVE, REPEATED_WHOLE
from tests.engine.answer.streams import answer, decode


@pytest.mark.parametrize(
    "deltas",
    [
        ("Sure", "Sure.", "Sure. It"),
        ("Sure", "Sure", "Sure. ", "", "Sure. It", "Sure. It rains.", "Sure. It rains."),
    ],
)
def test_deltas_that_repeat_the_text_before_them_are_named(deltas: tuple[str, ...]) -> None:
    assert decode(answer(*deltas)).notes == [CUMULATIVE]


def test_a_last_delta_that_repeats_the_whole_is_named() -> None:
    assert decode(answer("It rains ", "in Oslo today.", "It rains in Oslo today.")).notes == [REPEATED_WHOLE]


@pytest.mark.parametrize(
    "deltas",
    [
        ("ha", "haha"),
        ("ha", "ha", "ha", "ha"),
        ("No", "Now", " or ", "never"),
        ("Yes.", "Yes."),
        ("It rains in Oslo today. ", "It rains in Oslo today. "),
        ("It rains ", "in Oslo today.", "It rains in Oslo today.", " Bye."),
    ],
)
def test_repeated_words_are_no_habit(deltas: tuple[str, ...]) -> None:
    decoded = decode(answer(*deltas))

    assert (decoded.text, decoded.notes) == ("".join(deltas), [])
