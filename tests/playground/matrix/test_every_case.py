"""Every case of the fault matrix is a test by its name, and every test that is named after one is in the list."""

import ast
import re
from pathlib import Path

from tests.playground.matrix.cases import CASES

IDS = re.compile(r"test_([a-z]\d+_)*")
FILES = sorted(Path(__file__).parent.glob("test_*.py"))


def cases_of(path: Path) -> set[str]:
    """Return the cases that the names of a file's tests begin with."""
    names = [
        node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    beginnings = [beginning[0] for name in names if (beginning := IDS.match(name))]
    return {case for beginning in beginnings for case in beginning.split("_")[1:-1]}


def test_every_case_is_rehearsed_and_every_rehearsed_case_is_listed() -> None:
    assert set[str]().union(*map(cases_of, FILES)) == set(CASES)
