"""What a JSON column returns: the same for every number and character, whichever parser reads it."""

import json

import pytest

from personas.models.json_field import BoundedJSONDecoder

BEYOND = 2**63


@pytest.mark.parametrize(
    "text",
    [
        '{"a": [1, -2.5, 1e20, true, null, "é\\n"]}',
        f"[{BEYOND - 1}, -{BEYOND - 1}]",
        '"\\ud83d"',
        "[NaN, Infinity]",
        "[" * 500 + "]" * 500,
    ],
)
def test_it_is_read_as_python_reads_it(text: str) -> None:
    assert repr(json.loads(text, cls=BoundedJSONDecoder)) == repr(json.loads(text))


@pytest.mark.parametrize("number", [BEYOND, 2 * BEYOND - 1, -BEYOND - 1, 10**300])
def test_an_integer_beyond_64_bits_is_a_float(number: int) -> None:
    assert repr(json.loads(f"[{number}]", cls=BoundedJSONDecoder)) == repr([float(number)])
