"""Every case of the fault matrix is a test by its name."""

import ast
import re
from pathlib import Path

CASES = {
    *(f"u{number}" for number in range(1, 76)),
    *(f"t{number}" for number in range(1, 14)),
    *(f"s{number}" for number in range(1, 17) if number != 13),  # S13 is of webhooks
    *("k1", "k12", "k13", "x6"),
}
FILES = sorted(Path(__file__).parent.glob("test_*.py"))


def cases_of(path: Path) -> set[str]:
    """Return the cases that the names of a file's tests begin with."""
    names = [
        node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return {match[1] for name in names if (match := re.match(r"test_([a-z]\d+)_", name))}


def test_every_case_is_rehearsed() -> None:
    assert CASES - set[str]().union(*map(cases_of, FILES)) == set()
