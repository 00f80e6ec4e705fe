"""ARCHITECTURE.md and CONTRIBUTING.md name only what exists, and every package of the product has its place on the map."""

import re

import pytest

from tests.dashboard.processes import ROOT

MAPS = ("ARCHITECTURE.md", "CONTRIBUTING.md")
_PATH = re.compile(r"`((?:dashboard|personas|playground|static|templates|tests)/[\w./-]*)`")
_COMMAND = re.compile(r"`make ([a-z-]+)`")


@pytest.mark.parametrize("page", MAPS)
def test_every_path_exists(page: str) -> None:
    paths = _PATH.findall((ROOT / page).read_text())
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", MAPS)
def test_every_command_is_in_the_makefile(page: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)
    assert sorted(set(_COMMAND.findall((ROOT / page).read_text())) - set(targets)) == []


def test_every_package_of_the_playground_is_on_the_map() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text()
    packages = [path.parent.name for path in (ROOT / "playground").glob("*/__init__.py")]
    unnamed = {"migrations", "models", "wire_docs"}
    assert [name for name in packages if f"playground/{name}/" not in page and name not in unnamed] == []
