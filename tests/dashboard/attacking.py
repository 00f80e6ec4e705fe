"""Measures how long /health/ takes during an attack, and sends the attack's raw requests over real sockets."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.browser.site import Site

HEALTH_MS = 250
"""How long /health/ may take during any attack; see `Bystander.delay_ms`."""
RESTED_MS = 50
"""A machine on which it takes longer at rest is busy with something else: tests beside this one."""
IDLE_PROBES = 20
PROBE = Path(__file__).with_name("health_probe.py")
DEADLINE_S = 60.0


@dataclass
class Bystander:
    """Someone who asks for /health/ again and again, and remembers how long each answer took."""

    idle_ms: float
    """The longest wait while nothing else happens."""
    waits_ms: list[float] = field(default_factory=list)

    @property
    def delay_ms(self) -> float:
        """The longest wait; on a machine that is busy with something else, how much longer than at rest it was."""
        at_rest_ms = 0.0 if self.idle_ms < RESTED_MS else self.idle_ms
        return max(self.waits_ms) - at_rest_ms


@contextmanager
def bystander(site: Site) -> Iterator[Bystander]:
    """Asks from the beginning to the end of the block, in a process of its own, and once after it at least."""
    address = urlsplit(site.url)
    about = (address.hostname, address.port, IDLE_PROBES, site.process_id)
    command = [sys.executable, "-I", str(PROBE), *map(str, about)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as probe:
        assert probe.stdout is not None
        watching = Bystander(idle_ms=max(float(probe.stdout.readline()) for _ in range(IDLE_PROBES)))
        try:
            yield watching
        finally:
            rest, _ = probe.communicate(timeout=DEADLINE_S)
            watching.waits_ms += map(float, rest.split())


def memory_mib(site: Site) -> float:
    """Return the most memory that the serving process ever had, as Linux counts it."""
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


def post(path: str, *headers: bytes) -> bytes:
    lines = (f"POST {path} HTTP/1.1".encode(), b"Host: 127.0.0.1", b"Connection: close", *headers)
    return b"\r\n".join(lines) + b"\r\n\r\n"


MASKED = b"\x80\x00\x00\x00\x00"
"""What follows the first byte of a frame from a client that holds nothing."""
FLOODS = {
    "pings": (b"", b"\x89" + MASKED),
    "fragments": (b"\x01" + MASKED, b"\x00" + MASKED),
    "messages": (b"", b"\x81" + MASKED),
}


def socket_handshake(key: str, conversation: str) -> bytes:
    lines = (
        f"GET /ws/conversations/{conversation}/ HTTP/1.1".encode(),
        b"Host: 127.0.0.1",
        b"x-api-key: " + key.encode(),
        b"Connection: Upgrade",
        b"Upgrade: websocket",
        b"Sec-WebSocket-Version: 13",
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    )
    return b"\r\n".join([*lines, b"", b""])


def flood(site: Site, upgrade: bytes, frames: bytes) -> bytes:
    """What comes back until the server closes; the frames are sent once the socket stands."""
    address = urlsplit(site.url)
    answer = b""
    with socket.create_connection((address.hostname, address.port), timeout=DEADLINE_S) as connection:
        connection.sendall(upgrade)
        connection.recv(len("HTTP/1.1 101"))
        with suppress(ConnectionError):
            connection.sendall(frames)
        with suppress(ConnectionError):
            while received := connection.recv(65_536):
                answer += received
    return answer
