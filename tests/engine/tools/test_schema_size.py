"""The size of a schema with its references expanded."""

import time
from typing import Any

import pytest

from playground.engine.json_types import Json
from playground.engine.tools.schema_size import MOST_PARTS, expands_too_far, nests_deeper
from tests.schemas import doubling


def test_a_schema_that_doubles_with_each_reference_expands_too_far() -> None:
    assert expands_too_far(doubling(20))


@pytest.mark.parametrize("keyword", ["allOf", "oneOf", "prefixItems"])
def test_whatever_keyword_doubles_it(keyword: str) -> None:
    assert expands_too_far(doubling(20, keyword))


def test_one_that_says_everything_itself_does_not() -> None:
    many = {"properties": {f"p{n}": {"type": "string", "enum": ["a", "b"]} for n in range(1_000)}}
    assert not expands_too_far(many)


def test_one_that_refers_to_itself_does_not() -> None:
    tree: Json = {"properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}}}
    assert not expands_too_far(tree)


def test_definitions_that_refer_to_each_other_do_not() -> None:
    both = {"$defs": {"a": {"items": {"$ref": "#/$defs/b"}}, "b": {"items": {"$ref": "#/$defs/a"}}}}
    assert not expands_too_far(both | {"$ref": "#/$defs/a"})


@pytest.mark.parametrize("key", ["a/b", "a~b", "a b", "ä"])
def test_a_pointer_is_read_as_it_is_written(key: str) -> None:
    written = key.replace("~", "~0").replace("/", "~1").replace(" ", "%20")
    large: Json = {"enum": [{} for _ in range(MOST_PARTS // 2)]}
    schema = {"$defs": {key: large}, "allOf": [{"$ref": f"#/$defs/{written}"}] * 3}
    assert expands_too_far(schema)


@pytest.mark.parametrize(
    "reference", ["#/$defs/none", "#anchor", "other.json#/a", "#/enum/99", "#/enum/x", 7]
)
def test_a_reference_to_nothing_counts_as_nothing(reference: object) -> None:
    assert not expands_too_far({"$ref": reference, "enum": [1]})


def test_a_long_chain_of_references_counts_as_too_far() -> None:
    chain: Json = {f"d{n}": {"$ref": f"#/$defs/d{n + 1}"} for n in range(5_000)}
    assert expands_too_far({"$defs": chain, "$ref": "#/$defs/d0"})


def test_counting_is_linear() -> None:
    def cost(size: int) -> float:
        schema = doubling(size)
        began = time.process_time()
        expands_too_far(schema)
        return time.process_time() - began

    cost(150)
    assert cost(150) < 20 * max(cost(40), 0.001)


def test_depth_is_counted_however_deep() -> None:
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    assert nests_deeper(deep, 32)
    while isinstance(deep, list):  # else Python's deallocation recurses
        deep = deep.pop()


@pytest.mark.parametrize(
    ("value", "is_deeper"), [(1, False), ([], False), ([[1]], False), ([{"a": [1]}], True)]
)
def test_depth_counts_lists_and_objects(value: object, is_deeper: bool) -> None:
    assert nests_deeper(value, 2) is is_deeper
