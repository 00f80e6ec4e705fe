"""JSON for clients: every JSON value can be written."""

import json
import math
import tracemalloc

import pytest

from playground.engine.json_text import KeptJson, json_bytes


@pytest.mark.parametrize("value", [10**20, -(10**400), 1e20, "\ud800", "ä", [[1, None, True]], {"a": {}}])
def test_every_json_value_is_written(value: object) -> None:
    assert json.loads(json_bytes({"value": value})) == {"value": value}


@pytest.mark.parametrize("beside", [1, 10**20])
def test_nan_and_infinity_are_null(beside: int) -> None:
    assert json.loads(json_bytes([math.nan, math.inf, beside])) == [None, None, beside]


def test_what_nests_as_deeply_as_a_payload_may_is_written() -> None:
    deep: object = 1
    for _ in range(500):
        deep = [deep]
    assert json.loads(json_bytes(deep)) == deep


def test_the_text_of_a_kept_object_is_made_once_and_takes_no_more_memory_than_its_bytes() -> None:
    kept = [KeptJson(number=number) for number in range(100)]
    tracemalloc.start()
    try:
        texts = [json_bytes(each) for each in kept]
        assert tracemalloc.get_traced_memory()[0] < 100 * 200
    finally:
        tracemalloc.stop()
    assert texts[7] == b'{"number":7}'
    assert json_bytes(kept[7]) is texts[7]
