"""Texts with their sentences: one case per line, ¦ between sentences, \\n for a new line, // for a remark."""

from pathlib import Path
from typing import NamedTuple

ASSERTED = ("english", "voice", "languages", "answers", "abbreviations", "glued", "spans")
"""The files whose cases are split as a reader would; those in ``missed`` are not."""


class Case(NamedTuple):
    raw: str
    sentences: list[str]


def cases(name: str) -> list[Case]:
    """Return the cases in ``name``.txt."""
    lines = (Path(__file__).parent / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [_case(line) for line in lines if line and not line.startswith("//")]


def _case(line: str) -> Case:
    marked = line.replace("\\n", "\n").replace("\\r", "\r")
    return Case(marked.replace("¦", ""), [part.strip() for part in marked.split("¦")])
