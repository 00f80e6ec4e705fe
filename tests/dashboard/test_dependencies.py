"""The pinned dependencies: exact versions, and none with a vulnerability listed here."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.version import Version

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "requirements.txt"
FIRST_WITHOUT = {
    "aiohttp": "3.12.14",  # request smuggling by trailers, CVE-2025-53643
    "cryptography": "44.0.1",  # the OpenSSL of its wheels, CVE-2024-12797
    "daphne": "4.2.2",  # unlimited WebSocket messages
    "django": "5.2.8",  # SQL injection by keyword arguments, CVE-2025-64459
    "idna": "3.7",  # quadratic time, CVE-2024-3651
    "twisted": "24.7.0",  # answers out of order, CVE-2024-41671
}


def pinned(requirements: Path = REQUIREMENTS) -> dict[str, str]:
    lines = requirements.read_text().splitlines()
    matches = (re.match(r"([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", line) for line in lines)
    return {pin[1].lower().replace("_", "-"): pin[2] for pin in matches if pin}


def test_every_requirement_is_an_exact_version() -> None:
    lines = [line for line in REQUIREMENTS.read_text().splitlines() if line and line[0] not in "# -"]
    assert len(lines) == len(pinned())


@pytest.mark.parametrize("name", FIRST_WITHOUT)
def test_no_vulnerable_version_is_pinned_or_installed(name: str) -> None:
    assert Version(pinned()[name]) >= Version(FIRST_WITHOUT[name])
    assert Version(version(name)) >= Version(FIRST_WITHOUT[name])


def test_uvicorn_is_tested_at_the_versions_that_are_installed_for_it() -> None:
    optional = pinned(ROOT / "requirements-uvicorn.txt")
    tested = pinned(ROOT / "tests" / "requirements.txt")
    assert optional == {name: tested[name] for name in ("click", "uvicorn", "uvloop", "websockets")}
