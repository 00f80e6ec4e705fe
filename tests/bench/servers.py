"""What is measured: Greenroom as its users serve it, under either server, and the relay; each with data of its own."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from tests.bench.machine import LOAD_CORES, SERVER_CORES, cpu_s, on_cores
from tests.dashboard.processes import DEPLOYED, ROOT, bare_environment, manage

HOST = "127.0.0.1"
STARTING_S = 60.0
STOPPING_S = 20.0
PREPARED = "prepared"
USERS = 20
"""Whose limits on messages and sockets together are above what the bench sends."""
API_REQUESTS_AT_ONCE = 4
LLM_KEY = "0123456789"
"""Of digits: no letter of an answer may begin a secret, for which its text would be held back."""


class Candidate(StrEnum):
    RELAY = "relay"
    DAPHNE = "daphne"
    UVICORN = "uvicorn"


SITES = (Candidate.DAPHNE, Candidate.UVICORN)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def command(candidate: Candidate, port: int, llm_url: str) -> list[str]:
    """Return the arguments of the Python that serves."""
    where = ["--host", HOST, "--port", str(port)]
    match candidate:
        case Candidate.RELAY:
            return ["-m", "tests.bench.relay", str(port), llm_url]
        case Candidate.DAPHNE:
            return ["manage.py", "serve", *where]
        case Candidate.UVICORN:
            return ["manage.py", "serve", "--server", "uvicorn", *where]


def site_settings(port: int, database: Mapping[str, str]) -> dict[str, str]:
    """Return a deployed site's settings, but for limits: the bench asks for more than one person may."""
    return {
        **DEPLOYED,
        "BEHIND_PROXY": "false",
        "SITE_URL": f"http://{HOST}:{port}",
        "ALLOWED_HOSTS": HOST,
        "OUTBOUND_PRIVATE_HOSTS": f"{HOST}:*",
        "OPEN_TURNS_PER_PROCESS": "1000",
        "OPEN_TURNS_PER_USER": "1000",
        "OPEN_TURNS_PER_KEY": "1000",
        "LOG_LEVEL": "WARNING",
        **database,
    }


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation, and the key that may open it."""

    conversation: str
    key: str


@dataclass(slots=True)
class Server:
    """A running candidate."""

    candidate: Candidate
    url: str
    process_ids: tuple[int, ...]
    start_s: float
    """From the process's start to its first answer."""
    start_cpu_s: float
    """The CPU time until then."""
    data: Path
    keys: list[str]
    persona_id: str = ""

    @property
    def process_id(self) -> int:
        """The only process, or the first."""
        return self.process_ids[0]

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 0

    async def talks(self, count: int) -> list[Talk]:
        """Make new conversations, through the API."""
        owners = list(islice(cycle(self.keys), count))
        if self.candidate is Candidate.RELAY:
            return [Talk(f"c{number}", key) for number, key in enumerate(owners)]
        free = asyncio.Semaphore(API_REQUESTS_AT_ONCE)
        request = {"persona_id": self.persona_id, "properties": {"simulated_speech": "instant"}}
        async with aiohttp.ClientSession(self.url) as api:

            async def make(key: str) -> Talk:
                async with free:
                    return Talk(
                        str((await post(api, "/v2/conversations", key, request))["conversation_id"]), key
                    )

            return list(await asyncio.gather(*map(make, owners)))


async def post(api: aiohttp.ClientSession, path: str, key: str, body: object) -> dict[str, object]:
    """Return what the API answers. Raises aiohttp.ClientResponseError where it refuses."""
    async with api.post(path, json=body, headers={"x-api-key": key}) as response:
        response.raise_for_status()
        answered: dict[str, object] = await response.json()
        return answered


@dataclass(slots=True)
class Stand:
    """What all measurements share: the mock LLM, and a data folder to copy."""

    llm_url: str
    llm_process_id: int
    folder: Path
    keys: list[str]
    database: Mapping[str, str] = field(default_factory=dict)

    def prepare(self, name: str, call: str) -> None:
        """Make another folder to copy, once: the first one with what a function of `tests.bench.seeding` adds."""
        if not (self.folder / name).exists():
            shutil.copytree(self.folder / PREPARED, self.folder / name)
            seed(self.folder / name, site_settings(free_port(), self.database), call)

    def manage(self, server: Server, *arguments: str) -> str:
        """Return what a management command prints beside the running server."""
        return in_site(server.data, site_settings(server.port, self.database), *arguments)

    @asynccontextmanager
    async def serving(self, candidate: Candidate, prepared: str = PREPARED) -> AsyncIterator[Server]:
        """Serve a copy of a prepared folder until the block is left."""
        port = free_port()
        async with self._processes(candidate, [port], port, prepared) as server:
            yield server

    @asynccontextmanager
    async def serving_together(self, candidate: Candidate, count: int) -> AsyncIterator[Server]:
        """Serve by several processes behind one address until the block is left."""
        ports = [free_port() for _ in range(count)]
        with announcing("tests.bench.balancer", *map(str, ports)) as (port, _):
            async with self._processes(candidate, ports, port, PREPARED) as server:
                yield server

    @asynccontextmanager
    async def _processes(
        self, candidate: Candidate, ports: Sequence[int], address: int, prepared: str
    ) -> AsyncIterator[Server]:
        with ExitStack() as stack:
            data = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=self.folder)))
            shutil.copytree(self.folder / prepared, data, dirs_exist_ok=True)
            environment = bare_environment(data, site_settings(address, self.database))
            started = [
                stack.enter_context(running(command(candidate, port, self.llm_url), environment, data))
                for port in ports
            ]
            start_s = max(
                [await first_answer(*begun, port) for port, begun in zip(ports, started, strict=True)]
            )
            process_ids = tuple(process.pid for process, _ in started)
            start_cpu_s = sum(map(cpu_s, process_ids))
            url = f"http://{HOST}:{address}"
            server = Server(candidate, url, process_ids, start_s, start_cpu_s, data, self.keys)
            if candidate is not Candidate.RELAY:
                server.persona_id = await make_persona(server, self.llm_url)
            yield server


@contextmanager
def running(
    arguments: Sequence[str], environment: Mapping[str, str], data: Path
) -> "Iterator[tuple[subprocess.Popen[bytes], float]]":
    """Run a Python on the server's cores; yield it and when it began, in s. What it logs is in ``data/server.log``."""
    with (data / "server.log").open("ab") as log, on_cores(SERVER_CORES):
        began_s = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl+C is for the bench alone
        )
    try:
        yield process, began_s
    finally:
        stop(process)


def stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOPPING_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


async def first_answer(process: "subprocess.Popen[bytes]", began_s: float, port: int) -> float:
    """Return how many s after its beginning a server answered. Raises RuntimeError if it ends, or takes too long."""
    while time.monotonic() < began_s + STARTING_S:
        if process.poll() is not None:
            break
        if await answers(port):
            return time.monotonic() - began_s
        await asyncio.sleep(0.01)
    raise RuntimeError(f"{process.args!r} doesn't serve")


async def answers(port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    try:
        writer.write(f"GET /health/ HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n\r\n".encode())
        return b" 200 " in await reader.readline()
    except OSError:
        return False
    finally:
        writer.close()


async def make_persona(server: Server, llm_url: str) -> str:
    llm = {"model": "bench", "base_url": llm_url, "api_key": LLM_KEY}
    persona = {"persona_name": "Bench", "system_prompt": "You are brief.", "layers": {"llm": llm}}
    async with aiohttp.ClientSession(server.url) as api:
        return str((await post(api, "/v2/personas", server.keys[0], persona))["persona_id"])


@contextmanager
def announcing(module: str, *arguments: str) -> Iterator[tuple[int, int]]:
    """Run a module of the bench on the load's cores; yield the port that it prints, and its process id."""
    with on_cores(LOAD_CORES):
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            env=dict(os.environ),
            start_new_session=True,
        )
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline()), process.pid
    finally:
        stop(process)


@contextmanager
def stand(database: Mapping[str, str] | None = None) -> Iterator[Stand]:
    """Prepare a data folder, migrated and with users, beside a running mock LLM."""
    database = database or {}
    with (
        tempfile.TemporaryDirectory(prefix="greenroom-bench-") as name,
        announcing("tests.bench.mock_llm") as (llm_port, llm_process_id),
    ):
        prepared = Path(name) / PREPARED
        prepared.mkdir()
        settings = site_settings(free_port(), database)
        in_site(prepared, settings, "migrate", "--verbosity", "0")
        in_site(prepared, settings, "collectstatic", "--verbosity", "0", "--no-input")
        keys = seed(prepared, settings, f"print_keys({USERS})")
        llm_url = f"http://{HOST}:{llm_port}/v1"
        yield Stand(llm_url, llm_process_id, Path(name), json.loads(keys.splitlines()[-1]), database)


def in_site(data: Path, settings: Mapping[str, str], *arguments: str) -> str:
    """Return what a management command prints. Raises RuntimeError with its complaint."""
    done = manage(data, settings, *arguments)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout


def seed(data: Path, settings: Mapping[str, str], call: str) -> str:
    """Call a function of `tests.bench.seeding` in a site; return what it prints."""
    return in_site(
        data, settings, "shell", "--no-imports", "-c", f"from tests.bench.seeding import *; {call}"
    )
