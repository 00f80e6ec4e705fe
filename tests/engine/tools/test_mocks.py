"""Which saved result answers a call: the one with the most conditions that hold."""

from typing import Any

import pytest

from playground.engine.tools.mocks import Mock, fitting_mock, with_mock

RIGA, RIGA_IN_F, ANY = {"temp": -3}, {"temp": 27}, "mild"
SAVED = {
    "look": [
        {"result": ANY},
        {"when": {"city": "Riga"}, "result": RIGA},
        {"when": {"city": "Riga", "unit": "F"}, "result": RIGA_IN_F},
    ]
}


@pytest.mark.parametrize(
    ("arguments", "result"),
    [
        ('{"city": "Riga", "unit": "F"}', RIGA_IN_F),
        ('{"city": "Riga", "unit": "C"}', RIGA),
        ('{"city": "Oslo"}', ANY),
        ("", ANY),
        ("not JSON", ANY),
        ("[1]", ANY),
    ],
)
def test_the_most_specific_mock_answers(arguments: str, result: Any) -> None:
    mock = fitting_mock("look", arguments, SAVED)
    assert mock is not None
    assert mock.result == result


def test_without_a_mock_that_fits_none_answers() -> None:
    only_riga = {"look": [{"when": {"city": "Riga"}, "result": RIGA}]}
    assert fitting_mock("look", '{"city": "Oslo"}', only_riga) is None
    assert fitting_mock("other", "{}", SAVED) is None


def test_true_is_not_one() -> None:
    mocks = {"look": [{"when": {"deep": True}, "result": 1}]}
    assert fitting_mock("look", '{"deep": 1}', mocks) is None


@pytest.mark.parametrize(
    "saved", [None, "a text", {"temp": 21}, [], [1], [{"when": "Monday", "result": 1}], [{"when": {}}]]
)
def test_what_is_no_list_of_mocks_is_the_result_itself(saved: Any) -> None:
    mock = fitting_mock("look", "{}", {"look": saved})
    assert mock is not None
    assert mock.result == saved


def test_a_mock_replaces_the_one_with_its_conditions_and_keeps_the_others() -> None:
    before = {"other": 1, "look": {"temp": 21}}
    with_riga = with_mock(before, "look", Mock(RIGA, {"city": "Riga"}))
    assert with_riga["look"] == [{"when": {"city": "Riga"}, "result": RIGA}, {"result": {"temp": 21}}]
    warmer = with_mock(with_riga, "look", Mock("warmer", {"city": "Riga"}))
    assert warmer["look"] == [{"when": {"city": "Riga"}, "result": "warmer"}, {"result": {"temp": 21}}]
    assert warmer["other"] == 1


def test_a_mock_without_conditions_stays_as_plain_as_it_can() -> None:
    assert with_mock({}, "look", Mock("fog")) == {"look": "fog"}
    ambiguous = with_mock({}, "look", Mock([{"result": 1}]))
    mock = fitting_mock("look", "{}", ambiguous)
    assert mock is not None
    assert mock.result == [{"result": 1}]
