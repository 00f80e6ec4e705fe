"""A process that asks for /health/ until its input ends, and prints how many ms each answer took, gross and net.

The gross time is the clock's. What the tests themselves do at the same time makes no net time longer: it leaves out how
long a thread of the server was ready to run and had no processor, as Linux counts it.
"""

import http.client
import select
import sys
import time
from contextlib import suppress
from pathlib import Path

EVERY_S = 0.02
DEADLINE_S = 60.0


def without_processor_ms(server: str) -> dict[str, float]:
    """Return how long each thread of the server has been ready to run without a processor, since it began.

    A thread that waits for one may hold what the event loop needs to go on, the interpreter's lock.
    """
    waited = {}
    for thread in Path(f"/proc/{server}/task").iterdir():
        with suppress(OSError):  # it may end meanwhile
            waited[thread.name] = int((thread / "schedstat").read_text().split()[1]) / 1_000_000
    return waited


def health_ms(host: str, port: int, server: str) -> tuple[float, float]:
    """Return the gross and the net time of one answer."""
    before_ms = without_processor_ms(server)
    began = time.perf_counter()
    connection = http.client.HTTPConnection(host, port, timeout=DEADLINE_S)
    try:
        connection.request("GET", "/health/")
        connection.getresponse().read()
    finally:
        connection.close()
    took_ms = (time.perf_counter() - began) * 1000
    after_ms = without_processor_ms(server)
    return took_ms, took_ms - max(after_ms[thread] - before_ms.get(thread, 0.0) for thread in after_ms)


def tell(gross_ms: float, net_ms: float) -> None:
    sys.stdout.write(f"{gross_ms} {net_ms}\n")
    sys.stdout.flush()


def main(host: str, port: int, at_rest: int, server: str) -> None:
    health_ms(host, port, server)  # what the first request of a process loads is no attack's doing
    for _ in range(at_rest):
        tell(*health_ms(host, port, server))
    is_over = False
    while not is_over:
        is_over = bool(select.select([sys.stdin], [], [], EVERY_S)[0])
        tell(*health_ms(host, port, server))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
