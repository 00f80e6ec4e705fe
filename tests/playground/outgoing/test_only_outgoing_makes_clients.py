"""Which modules import an HTTP client, seen by reading their source; the matrix shows that only `outgoing` has any."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
APPS = ("dashboard", "personas", "playground")
CLIENTS = {"aiohttp", "httpx", "httpcore", "requests", "urllib3", "openai"}
CLIENT_MODULES = {"urllib.request", "http.client", "ftplib", "telnetlib", "asyncio.streams"}
ALLOWED = tuple(
    f"playground/outgoing/{name}" for name in ("client.py", "guard.py", "passing_on.py", "transports/")
)

MODULES = [
    path
    for app in APPS
    for path in sorted((ROOT / app).rglob("*.py"))
    if not path.relative_to(ROOT).as_posix().startswith(ALLOWED)
]


def imported(tree: ast.AST) -> set[str]:
    """Return every module that is imported, a name taken from a package as a module too."""
    modules: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return modules


def clients_in(source: str) -> set[str]:
    modules = imported(ast.parse(source))
    return {name for name in modules if name.split(".")[0] in CLIENTS or name in CLIENT_MODULES}


@pytest.mark.parametrize(
    "source",
    ["import httpx", "from aiohttp import ClientSession", "from urllib import request", "import urllib.request as r",
     "def f():\n    import requests", "from http.client import HTTPSConnection"],
)  # fmt: skip
def test_the_check_sees_every_way_of_importing_one(source: str) -> None:
    assert clients_in(source)
