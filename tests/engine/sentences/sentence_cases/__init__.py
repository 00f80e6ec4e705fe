"""Texts with their sentences: one case a line, ¦ where one sentence ends, \\n for a new line, // for a remark."""

from pathlib import Path
from typing import NamedTuple

ASSERTED = ("english", "voice", "languages", "answers", "abbreviations", "glued", "spans")
"""The files whose cases are cut as a reader would; ``missed`` holds the others."""


class Case(NamedTuple):
    raw: str
    sentences: list[str]


def cases(name: str) -> list[Case]:
    """The cases of ``name``.txt in this folder."""
    lines = (Path(__file__).parent / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [_case(line) for line in lines if line and not line.startswith("//")]


def _case(line: str) -> Case:
    marked = line.replace("\\n", "\n").replace("\\r", "\r")
    return Case(marked.replace("¦", ""), [part.strip() for part in marked.split("¦")])
