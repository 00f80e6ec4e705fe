"""The site as it is served to people: `manage.py run`, on a free port, with a data folder of its own."""

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.settings import ENVIRONMENT

ROOT = Path(__file__).resolve().parents[2]
FIRST_PORT = 18_765 + 100 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
"""Sites that start at the same moment in two processes of one test run would look for a free port in vain."""
STARTING_S = 60
STOPPING_S = 15


@dataclass(frozen=True, slots=True)
class Site:
    url: str
    """Without a slash at the end."""
    link: str
    """A sign-in link for the first admin, not used yet."""
    data: Path
    process_id: int
    settings: Mapping[str, str]

    def manage(self, *arguments: str) -> str:
        """The output of a management command beside the running site."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={**environment(self.data), **self.settings, "SITE_URL": self.url},
            capture_output=True,
            text=True,
            check=True,
            timeout=STARTING_S,
        )
        return done.stdout.strip()


def rows(data: Path, query: str, *values: str) -> list[tuple[object, ...]]:
    """What a query finds in, or does to, the SQLite database beside the running site."""
    with closing(sqlite3.connect(data / "data" / "greenroom.sqlite3")) as database, database:
        return database.execute(query, values).fetchall()


def environment(data: Path) -> dict[str, str]:
    """That of `make run` on a machine where nothing is configured."""
    kept = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return kept | {
        "DEBUG": "true",
        "GREENROOM_DATA": str(data),
        "PORT": str(FIRST_PORT),
        "LOG_LEVEL": "WARNING",
    }


@contextmanager
def serve_site(data: Path, **settings: str) -> Iterator[Site]:
    """Serves under these settings until the block is left; what the server logged is in ``data/server.log``."""
    log = data / "server.log"
    with log.open("a") as errors:
        server = subprocess.Popen(
            [sys.executable, "manage.py", "run"],
            cwd=ROOT,
            env={**environment(data), **settings},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        yield Site(*_announced(server, log), data=data, process_id=server.pid, settings=settings)
    finally:
        server.terminate()
        server.communicate(timeout=STOPPING_S)


def _announced(server: "subprocess.Popen[str]", log: Path) -> tuple[str, str]:
    """The address and the sign-in link, as soon as the server has printed them."""
    assert server.stdout is not None
    printed = ""
    for line in server.stdout:
        printed += line
        link = re.search(r"(http://\S+)/sign-in/link/\S+", line)
        if link:
            return link.group(1), link.group()
    raise AssertionError(f"The server ended before it listened:\n{printed}\n{log.read_text()}")
