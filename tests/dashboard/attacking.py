"""What an attack does to everyone else: how long /health/ takes while it runs, and raw requests to attack with."""

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.browser.site import Site

HEALTH_MS = 250
"""How long /health/ may take during any attack; see `Bystander.delay_ms`."""
RESTED_MS = 50
"""A machine on which it takes longer at rest is busy with something else: tests beside this one."""
IDLE_PROBES = 20
PROBE_EVERY_S = 0.02
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
    """Asks from the beginning to the end of the block, once before and once after it at least."""
    health_ms(site)  # what the first request of a process loads is no attack's doing
    watching = Bystander(idle_ms=max(health_ms(site) for _ in range(IDLE_PROBES)))
    is_over = threading.Event()

    def ask_on() -> None:
        while True:
            watching.waits_ms.append(health_ms(site))
            if is_over.wait(PROBE_EVERY_S):
                return

    thread = threading.Thread(target=ask_on, name="bystander")
    thread.start()
    try:
        yield watching
    finally:
        is_over.set()
        thread.join()


def health_ms(site: Site) -> float:
    address = urlsplit(site.url)
    began = time.perf_counter()
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=DEADLINE_S)
    try:
        connection.request("GET", "/health/")
        connection.getresponse().read()
    finally:
        connection.close()
    return (time.perf_counter() - began) * 1000


def memory_mib(site: Site) -> float:
    """The most memory that the serving process ever had, as Linux counts it."""
    status = Path(f"/proc/{site.process_id}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def exchange(site: Site, *parts: bytes) -> bytes:
    """What the server answers to these bytes until it closes; a server that stops reading is read all the same."""
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
