"""README's tables of bounds: each is defined where the table says, with the number that it says."""

import dataclasses
import re
from importlib import import_module
from itertools import chain
from typing import Any

import pytest

from tests.dashboard.processes import ROOT

KIB, MIB = 1024, 1024 * 1024
_PLACE = re.compile(r"`(?P<file>[\w/]+)\.py` (?P<names>[\w., ]+)")


def table() -> list[tuple[str, str, str]]:
    """Return (what is bounded, its bound, where it is defined) of each row of both tables."""
    return [*_rows("## Several processes"), *_rows("## What can grow")]


def _rows(heading: str) -> list[tuple[str, str, str]]:
    section = (ROOT / "README.md").read_text().partition(heading)[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| ")]
    return [(what.strip(), bound.strip(), where.strip()) for *_, what, bound, where in rows[1:]]


def value_of(file: str, name: str) -> float:
    module = import_module(file.replace("/", "."))
    owner, _, field_name = name.partition(".")
    if not field_name:
        return float(getattr(module, owner))
    defaults: dict[str, Any] = {
        field.name: field.default for field in dataclasses.fields(getattr(module, owner))
    }
    return float(defaults[field_name])


def spellings(name: str, value: float) -> list[str]:
    """Return the accepted spellings of a bound with this name and value."""
    unit = name.rpartition(".")[2].lower()
    if unit.endswith("_ms"):
        return [f"{value:g} ms", f"{value / 1000:g} s"]
    if unit.endswith("_s"):
        return [f"{value:g} s"]
    if unit.endswith("bytes"):
        return [f"{value / MIB:g} MiB", f"{value / KIB:g} KiB"]
    plain = [f"{value:,.0f}", f"{value:.0f}"]
    return [f"{value / KIB:g} Ki", *plain] if unit.endswith("_chars") else plain


def holds(bound: str, spelling: str) -> bool:
    return re.search(rf"(?<![\d,.]){re.escape(spelling)}(?![\d,.]\d)", bound) is not None


def test_every_row_names_the_place_of_its_bound() -> None:
    assert all(len(_rows(heading)) > 5 for heading in ("## Several processes", "## What can grow"))
    assert all(_PLACE.search(where) for _, _, where in table())


@pytest.mark.parametrize(("what", "bound", "where"), table(), ids=lambda cell: cell[:40])
def test_a_bound_has_the_documented_value(what: str, bound: str, where: str) -> None:
    places = [
        [(place["file"], name) for name in re.split(r",\s*", place["names"].strip())]
        for place in _PLACE.finditer(where)
    ]
    wrong = {
        name: value_of(file, name)
        for file, name in chain.from_iterable(places)
        if not any(holds(bound, spelling) for spelling in spellings(name, value_of(file, name)))
    }
    assert not wrong, f"{what}: {bound}"
