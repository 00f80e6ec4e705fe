"""The servers and programs that some tests need: where they are, and what to do when one is missing.

With REQUIRE_ALL=1 a missing one fails the tests that need it; else they are skipped with the reason.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit
from uuid import uuid4

import playwright
import psycopg
import pytest
import redis
from psycopg import sql

USUAL_POSTGRES_URL = "postgresql://postgres:postgres@127.0.0.1:5432/postgres"
USUAL_REDIS_URL = "redis://127.0.0.1:6379/0"
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
)
PACKAGES = {
    "initdb": "postgresql",
    "postgres": "postgresql",
    "redis-server": "redis-server",
    "nginx": "nginx-light",
}
"""Debian's packages of the programs that tests start themselves."""
CONNECT_TIMEOUT_S = 2


def everything_is_required() -> bool:
    return os.environ.get("REQUIRE_ALL", "") not in ("", "0")


def missing(what: str) -> NoReturn:
    """Skip, or fail where everything is required."""
    if everything_is_required():
        pytest.fail(f"REQUIRE_ALL is set, and {what}", pytrace=False)
    pytest.skip(what)


def postgres_url() -> str:
    """Return a PostgreSQL server whose user may make databases."""
    if not postgres_answers():
        missing(
            "no PostgreSQL answers: start one at 127.0.0.1:5432 (user and password postgres), "
            "or set TEST_POSTGRES_URL"
        )
    return _postgres_url()


@contextmanager
def new_postgres(server_url: str, purpose: str, template: str = "template1") -> Iterator[str]:
    """Yield the address of a database with the template's contents (empty), dropped at the end."""
    url = make_postgres(server_url, purpose, template)
    try:
        yield url
    finally:
        drop_postgres(server_url, name_of_postgres(url))


def make_postgres(server_url: str, purpose: str, template: str = "template1") -> str:
    """Return the address of a new database with the template's contents (empty)."""
    name = f"greenroom_{purpose}_{uuid4().hex[:12]}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(create)
    return urlsplit(server_url)._replace(path=f"/{name}").geturl()


def drop_postgres(server_url: str, name: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def name_of_postgres(url: str) -> str:
    """Return the name of the database at an address."""
    return urlsplit(url).path.removeprefix("/")


def redis_url() -> str:
    if not redis_answers():
        missing("no Redis answers: start one at 127.0.0.1:6379, or set TEST_REDIS_URL")
    return _redis_url()


def node_path() -> str:
    """Return the Node.js that Playwright brings along: the same version everywhere, whatever the machine has."""
    bundled = Path(playwright.__file__).parent / "driver" / "node"
    return (
        str(bundled)
        if bundled.exists()
        else missing("Playwright came without its Node.js: run make clean test")
    )


def browser_path() -> str | None:
    """Return a browser of the Chromium family on the PATH; None: Playwright's own has to do."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def program(name: str) -> str:
    """Return the path of a program; those of PostgreSQL's server and of system services are seldom on the PATH."""
    elsewhere = (str(folder) for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))
    path = shutil.which(name) or shutil.which(name, path=os.pathsep.join([*elsewhere, "/usr/sbin"]))
    return path or missing(f"there is no {name}: apt-get install {PACKAGES[name]}")


def nginx_is_there() -> bool:
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is not None


def postgres_answers() -> bool:
    try:
        psycopg.connect(_postgres_url(), connect_timeout=CONNECT_TIMEOUT_S).close()
    except psycopg.Error:
        return False
    return True


def redis_answers() -> bool:
    client = redis.Redis.from_url(_redis_url(), socket_connect_timeout=CONNECT_TIMEOUT_S)
    try:
        client.ping()
    except redis.RedisError:
        return False
    finally:
        client.close()
    return True


def _postgres_url() -> str:
    return os.environ.get("TEST_POSTGRES_URL") or USUAL_POSTGRES_URL


def _redis_url() -> str:
    return os.environ.get("TEST_REDIS_URL") or USUAL_REDIS_URL
