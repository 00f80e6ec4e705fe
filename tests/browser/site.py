"""Runs the site as users get it, on a free port, with a data folder of its own.

`run_site` starts it like `make run`. `serve_site` serves a copy of a folder that one `make run` prepared for all tests
of a run.
"""

import fcntl
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.settings import ENVIRONMENT

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
PREPARED = "GREENROOM_TESTS_PREPARED"
"""The environment variable with the folder of what one process of a test run prepares for the others."""
MIGRATED = "migrated.sqlite3"
"""The file in that folder of a SQLite database with this version's tables."""
API_KEY = "api-key"
"""The file of a prepared folder with an API key of the first admin."""
ALLOWED = "GREENROOM_TESTS_SERVERS"
"""The environment variable set by the fixture `server_processes`."""
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
        """Return the output of a management command beside the running site."""
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
    """Return what a query finds in, or does to, the SQLite database beside the running site."""
    with closing(sqlite3.connect(data / "data" / "greenroom.sqlite3")) as database, database:
        return database.execute(query, values).fetchall()


def environment(data: Path) -> dict[str, str]:
    """That of `make run` on a machine where nothing is configured."""
    inherited = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}
    inherited.pop("DJANGO_SETTINGS_MODULE", None)
    return inherited | {
        "DEBUG": "true",
        "GREENROOM_DATA": str(data),
        "PORT": str(free_port()),
        "LOG_LEVEL": "WARNING",
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def prepare(data: Path) -> None:
    """Make the empty folder what `make run` leaves: migrated, with demo data, keys and collected static files.

    An API key of the first admin is made as well.
    """
    shared = Path(os.environ[PREPARED])
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "is-ready").exists():
            shutil.rmtree(shared / "folder", ignore_errors=True)
            (shared / "folder" / "data").mkdir(parents=True)
            shutil.copy(shared / MIGRATED, shared / "folder" / "data" / "greenroom.sqlite3")
            with run_site(shared / "folder") as site:
                key = site.manage("create_api_key", "the tests").splitlines()[-1]
            (shared / "folder" / API_KEY).write_text(key)
            (shared / "folder" / "server.log").unlink()
            (shared / "is-ready").touch()
    shutil.copytree(shared / "folder", data, dirs_exist_ok=True)


def key_files(data: Path) -> dict[str, str]:
    """Return the settings that name the prepared folder's keys."""
    names = ("SECRET_KEY", "ENCRYPTION_KEYS", "DEMO_LLM_KEY")
    return {f"{name}_FILE": str(data / "keys" / name.lower()) for name in names}


@contextmanager
def serve_site(data: Path, server: str = "daphne", **settings: str) -> Iterator[Site]:
    """Serves under these settings until the block is left; what the server logged is in ``data/server.log``."""
    prepare(data)
    with serve_prepared(data, server, **settings) as site:
        yield site


@contextmanager
def serve_prepared(data: Path, server: str = "daphne", **settings: str) -> Iterator[Site]:
    """As `serve_site`, from a folder that `prepare` has filled before."""
    port = settings.get("PORT") or str(free_port())
    site_environment = {
        "DEBUG": "false",
        "STOPPING_MS": "0",
        "PORT": port,
        "SITE_URL": f"http://{HOST}:{port}",
        "ALLOWED_HOSTS": "127.0.0.1,localhost,[::1]",
        "OUTBOUND_PRIVATE_HOSTS": "127.0.0.1:*,localhost:*,[::1]:*",
        **key_files(data),
    }
    command = ["serve", "--server", server, "--link", "--host", HOST, "--port", port]
    with _started(data, command, site_environment | settings, settings) as site:
        yield site


@contextmanager
def run_site(data: Path, *options: str, **settings: str) -> Iterator[Site]:
    """As `make run`, on whatever the folder holds; with the option ``--debug`` no static files are collected."""
    with _started(data, ["run", *options], settings, settings) as site:
        yield site


@contextmanager
def _started(
    data: Path, command: Sequence[str], site_environment: Mapping[str, str], settings: Mapping[str, str]
) -> Iterator[Site]:
    assert ALLOWED in os.environ, "A test that starts a server uses the fixture server_processes."
    log = data / "server.log"
    with log.open("a") as errors:
        server = subprocess.Popen(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env={**environment(data), **site_environment},
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
    """Return the address and the sign-in link, as soon as the server has printed them."""
    assert server.stdout is not None
    printed = ""
    for line in server.stdout:
        printed += line
        link = re.search(r"(https?://\S+)/sign-in/link/\S+", line)
        if link:
            return link.group(1), link.group()
    raise AssertionError(f"The server ended before it listened:\n{printed}\n{log.read_text()}")
