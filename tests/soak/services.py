"""What a soak may kill and start again: a PostgreSQL cluster and a Redis of its own, and two servers of one site."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

import psycopg
import redis

from tests.browser.site import HOST, Site, free_port, prepare, run_site, serve_prepared
from tests.services import program

STARTING_S = 30.0
LOOK_AGAIN_S = 0.02
QUICK = ("-c", "fsync=off", "-c", "listen_addresses=127.0.0.1")
"""Killed processes leave the operating system's files as they are; only a power cut needs fsync."""


class Killable(Protocol):
    """A service; each of its methods returns when it is done."""

    def kill(self) -> None:
        """End it as `kill -9` does."""

    def start(self) -> None:
        """Start it, and wait until it answers."""


class Postgres:
    """A PostgreSQL cluster in a folder of its own."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="greenroom-postgres-"))
        self._user = _unprivileged()
        if self._user is not None:
            shutil.chown(self._folder, self._user)
        self._port = free_port()
        self.url = f"postgresql://postgres@{HOST}:{self._port}/postgres"
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "--no-sync", "--username=postgres", "--auth=trust", "--encoding=UTF8")

    def start(self) -> None:
        """Start it; what a killed one left behind may refuse the first attempts."""
        deadline = time.monotonic() + STARTING_S
        while not self._answers():
            assert time.monotonic() < deadline, "PostgreSQL does not answer."
            if self._process is None or self._process.poll() is not None:
                self._process = self._begin()
            time.sleep(LOOK_AGAIN_S)

    def kill(self) -> None:
        _kill(self._process)

    def close(self) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _begin(self) -> "subprocess.Popen[bytes]":
        command = [program("postgres"), "-D", str(self._folder / "data"), "-p", str(self._port)]
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                [*command, "-k", str(self._folder), *QUICK], user=self._user, cwd="/", stdout=log, stderr=log
            )

    def _run(self, name: str, *arguments: str) -> None:
        command = [program(name), "-D", str(self._folder / "data"), *arguments]
        subprocess.run(command, user=self._user, cwd="/", check=True, capture_output=True)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.Error:
            return False
        return True


class Redis:
    """A Redis that stores nothing."""

    def __init__(self) -> None:
        self._port = free_port()
        self.url = f"redis://{HOST}:{self._port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [program("redis-server"), "--port", str(self._port), "--bind", HOST, "--save", ""]
        self._process = subprocess.Popen(command, cwd="/", stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + STARTING_S
        with redis.Redis.from_url(self.url) as client:
            while not _pings(client):
                assert time.monotonic() < deadline, "Redis does not answer."
                time.sleep(LOOK_AGAIN_S)

    def kill(self) -> None:
        _kill(self._process)


class Server:
    """One of the processes that serve the site, on the same port each time."""

    def __init__(self, data: Path, kind: str, **settings: str) -> None:
        self._data, self._kind = data, kind
        self._settings = settings | {"PORT": str(free_port())}
        self._running = ExitStack()
        self.site: Site | None = None
        """None while it is down."""
        self.process_ids: list[int] = []

    @property
    def kind(self) -> str:
        return self._kind

    def start(self) -> None:
        site = self._running.enter_context(serve_prepared(self._data, self._kind, **self._settings))
        self.process_ids.append(site.process_id)
        self.site = site

    def kill(self) -> None:
        if self.site is not None:
            os.kill(self.site.process_id, signal.SIGKILL)
        self.stop()

    def stop(self) -> None:
        """End it as a supervisor does: SIGTERM."""
        self.site = None
        self._running.close()


class Services:
    """All of them, running."""

    def __init__(
        self, postgres: Postgres, redis_server: Redis, servers: tuple[Server, Server], key: str
    ) -> None:
        self.postgres, self.redis, self.servers, self.key = postgres, redis_server, servers, key

    def sites(self) -> list[Site]:
        """Return those that are up."""
        return [server.site for server in self.servers if server.site is not None]


@contextmanager
def running(data: Path, **settings: str) -> Iterator[Services]:
    """Yield all services: one server is Daphne, the other uvicorn, and both share the data folder and so the keys."""
    with ExitStack() as ending:
        postgres, redis_server = Postgres(), Redis()
        ending.callback(postgres.close)
        ending.callback(redis_server.kill)
        postgres.start()
        redis_server.start()
        prepare(data)
        settings |= {"DATABASE_URL": postgres.url, "REDIS_URL": redis_server.url}
        # Without a new collection of the static files, which `prepare` has left.
        with run_site(data, "--debug", **settings) as first:
            key = first.manage("create_api_key", "the soak").splitlines()[-1]
        servers = Server(data, "daphne", **settings), Server(data, "uvicorn", **settings)
        for server in servers:
            ending.callback(server.stop)
        with ThreadPoolExecutor() as threads:
            for starting in [threads.submit(server.start) for server in servers]:
                starting.result()
        yield Services(postgres, redis_server, servers, key)


def _kill(process: "subprocess.Popen[bytes] | None") -> None:
    if process is not None:
        process.kill()
        process.wait()


def _unprivileged() -> str | None:
    """Return whom to be: PostgreSQL refuses to run as root."""
    return pwd.getpwnam("postgres").pw_name if os.geteuid() == 0 else None


def _pings(client: "redis.Redis") -> bool:
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
