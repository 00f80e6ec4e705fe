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


@pytest.mark.parametrize(
    ("value", "given", "is_fitting"),
    [
        (True, "1", False),
        ({"b": True}, '{"b": 1}', False),
        ([{"b": 0}], '[{"b": false}]', False),
        ({"b": [1, True], "c": None}, '{"c": null, "b": [1.0, true]}', True),
        (2.0, "2", True),
        (2**53, f"{2**53 + 1}", False),
        (0.0, "-0.0", True),
    ],
)
def test_a_condition_compares_json_values_at_every_depth(value: Any, given: str, is_fitting: bool) -> None:
    mocks = {"look": [{"when": {"a": value}, "result": 1}]}
    assert (fitting_mock("look", f'{{"a": {given}}}', mocks) is not None) is is_fitting


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


def test_a_mock_for_true_leaves_the_one_for_one() -> None:
    for_one = {"look": [{"when": {"deep": 1}, "result": "one"}]}
    for_both = with_mock(for_one, "look", Mock("true", {"deep": True}))
    assert for_both["look"] == [{"when": {"deep": True}, "result": "true"}, *for_one["look"]]


def test_a_mock_without_conditions_stays_as_plain_as_it_can() -> None:
    assert with_mock({}, "look", Mock("fog")) == {"look": "fog"}
    ambiguous = with_mock({}, "look", Mock([{"result": 1}]))
    mock = fitting_mock("look", "{}", ambiguous)
    assert mock is not None
    assert mock.result == [{"result": 1}]
