"""Measures how long /health/ takes during an attack, and sends the attack's raw requests over real sockets."""

import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from tests.browser.site import Site

T = TypeVar("T")

HEALTH_MS = 250
"""How long /health/ may take during any attack; see `Bystander.net_ms`."""
RESTED_MS = 50
"""A machine on which it takes longer at rest is busy with something else: tests beside this one."""
IDLE_PROBES = 20
PROBE = Path(__file__).with_name("health_probe.py")
DEADLINE_S = 60.0
UPGRADE = (
    b"Connection: Upgrade",
    b"Upgrade: websocket",
    b"Sec-WebSocket-Version: 13",
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)


@dataclass(frozen=True, slots=True)
class Wait:
    """How long one answer took by the clock, and without the time in which the server had no processor."""

    gross_ms: float
    net_ms: float

    @classmethod
    def read(cls, line: str) -> "Wait":
        gross_ms, net_ms = map(float, line.split())
        return cls(gross_ms, net_ms)


@dataclass
class Bystander:
    """Someone who asks for /health/ again and again, and remembers how long each answer took."""

    at_rest: list[Wait]
    """The waits while nothing else happens."""
    waits: list[Wait] = field(default_factory=list)
    loop_ms: float = 0.0
    """The processor time of the server's main thread during the attack, its event loop's."""

    @property
    def gross_ms(self) -> float:
        return max(wait.gross_ms for wait in self.waits)

    @property
    def net_ms(self) -> float:
        """The longest net wait; on a machine that is busy with something else, how much longer than at rest it was."""
        idle_ms = max(wait.net_ms for wait in self.at_rest)
        return max(wait.net_ms for wait in self.waits) - (0.0 if idle_ms < RESTED_MS else idle_ms)

    def __str__(self) -> str:
        idle_ms = max(wait.gross_ms for wait in self.at_rest)
        return (
            f"/health/ took at most {self.gross_ms:.0f} ms gross, {self.net_ms:.0f} ms net ({idle_ms:.0f} ms at rest); "
            f"the event loop worked for {self.loop_ms:.0f} ms"
        )

    def assert_served_in_time(self) -> None:
        assert self.net_ms < HEALTH_MS, str(self)


@contextmanager
def bystander(site: Site) -> Iterator[Bystander]:
    """Asks from the beginning to the end of the block, in a process of its own, and once after it at least.

    Prints what it saw, for a test that failed by something else and for ``pytest -rP``.
    """
    address = urlsplit(site.url)
    about = (address.hostname, address.port, IDLE_PROBES, site.process_id)
    command = [sys.executable, "-I", str(PROBE), *map(str, about)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as probe:
        assert probe.stdout is not None
        watching = Bystander([Wait.read(probe.stdout.readline()) for _ in range(IDLE_PROBES)])
        began_ms = loop_ms(site)
        try:
            yield watching
        finally:
            rest, _ = probe.communicate(timeout=DEADLINE_S)
            watching.waits += map(Wait.read, rest.splitlines())
            watching.loop_ms = loop_ms(site) - began_ms
            sys.stdout.write(f"{watching}\n")


def at_once(count: int, work: Callable[[], T]) -> list[T]:
    """Do the work in as many threads at once; return what each returned."""
    with ThreadPoolExecutor(count) as threads:
        return [begun.result() for begun in [threads.submit(work) for _ in range(count)]]


def loop_ms(site: Site) -> float:
    """Return how long the server's main thread, its event loop's, has had a processor, as Linux counts it."""
    schedstat = Path(f"/proc/{site.process_id}/task/{site.process_id}/schedstat").read_text()
    return int(schedstat.split()[0]) / 1_000_000


def forget_most_memory(site: Site) -> None:
    """Let Linux count from here on the most memory that the serving process has."""
    Path(f"/proc/{site.process_id}/clear_refs").write_text("5")


def most_memory_mib(site: Site) -> float:
    """Return the most memory that the serving process has had, as Linux counts it."""
    status = Path(f"/proc/{site.process_id}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def exchange(site: Site, *parts: bytes) -> bytes:
    """Return the server's bytes until it closes, even if it stops reading."""
    address = urlsplit(site.url)
    answer = b""
    with socket.create_connection((address.hostname, address.port), timeout=DEADLINE_S) as connection:
        try:
            for part in parts:
                connection.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            pass
        try:
            while received := connection.recv(65_536):
                answer += received
        except ConnectionResetError:
            pass
    return answer


def head(method: str, path: str, *headers: bytes) -> bytes:
    """Return what begins a request, after whose answer the connection is closed."""
    lines = (f"{method} {path} HTTP/1.1".encode(), b"Host: 127.0.0.1", b"Connection: close", *headers)
    return b"\r\n".join(lines) + b"\r\n\r\n"


def request(method: str, path: str, body: bytes, *headers: bytes) -> bytes:
    return head(method, path, b"Content-Length: %d" % len(body), *headers) + body


def upgrade(path: str, *headers: bytes) -> bytes:
    """Return a WebSocket's handshake."""
    lines = (f"GET {path} HTTP/1.1".encode(), b"Host: 127.0.0.1", *UPGRADE, *headers)
    return b"\r\n".join(lines) + b"\r\n\r\n"


def cookies_of(answer: bytes) -> bytes:
    return b"; ".join(re.findall(rb"(?i)\r\nset-cookie: ([^;\r]+)", answer))


MASKED = b"\x80\x00\x00\x00\x00"
"""What follows the first byte of a frame from a client that holds nothing."""
FLOODS = {
    "pings": (b"", b"\x89" + MASKED),
    "fragments": (b"\x01" + MASKED, b"\x00" + MASKED),
    "messages": (b"", b"\x81" + MASKED),
}


def flood(site: Site, handshake: bytes, frames: bytes) -> bytes:
    """What comes back until the server closes; the frames are sent once the socket stands."""
    address = urlsplit(site.url)
    answer = b""
    with socket.create_connection((address.hostname, address.port), timeout=DEADLINE_S) as connection:
        connection.sendall(handshake)
        connection.recv(len("HTTP/1.1 101"))
        with suppress(ConnectionError):
            connection.sendall(frames)
        with suppress(ConnectionError):
            while received := connection.recv(65_536):
                answer += received
    return answer
