"""Runs the tests of the pages' pure modules with Node's own test runner."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.services import missing, node_path

HERE = Path(__file__).parent
SCRIPTS = HERE.parent.parent / "static" / "js"
TEXT_AS_MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|setHTML|DOMParser|\beval\(|new Function"
)
OLDEST_NODE = (20, 19)
"""The oldest version that detects ES modules without a package.json."""


def node() -> str:
    path = node_path()
    version = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if tuple(int(part) for part in version.lstrip("v").split(".")[:2]) < OLDEST_NODE:
        missing(f"Node.js is {version}: install 20.19 or newer")
    return path


@pytest.mark.parametrize("module", sorted(path.name for path in HERE.glob("*.test.mjs")))
def test_module_does_what_its_node_tests_say(module: str) -> None:
    run = subprocess.run(
        [node(), "--test", "--test-reporter=spec", module],
        cwd=HERE,
        env=os.environ | {"NODE_NO_WARNINGS": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "ℹ tests 0" not in run.stdout, "no test was found"


def test_no_script_turns_text_into_markup_or_code() -> None:
    scripts = sorted(SCRIPTS.rglob("*.js"))
    assert scripts
    uses = [
        f"{path.name}: {match[0]}" for path in scripts for match in TEXT_AS_MARKUP.finditer(path.read_text())
    ]
    assert uses == []
