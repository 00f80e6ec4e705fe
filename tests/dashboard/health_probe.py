"""A process of its own that asks for /health/ until its input ends, and prints how many ms each answer took.

What the tests themselves do at the same time makes none of its waits longer: it leaves out how long the server's event
loop was ready to run and had no processor, as Linux counts it.
"""

import http.client
import select
import sys
import time
from pathlib import Path

EVERY_S = 0.02
DEADLINE_S = 60.0


def without_processor_ms(server: str) -> float:
    """How long the server's main thread has been ready to run without a processor, since it began."""
    return int(Path(f"/proc/{server}/task/{server}/schedstat").read_text().split()[1]) / 1_000_000


def health_ms(host: str, port: int, server: str) -> float:
    waited_before_ms = without_processor_ms(server)
    began = time.perf_counter()
    connection = http.client.HTTPConnection(host, port, timeout=DEADLINE_S)
    try:
        connection.request("GET", "/health/")
        connection.getresponse().read()
    finally:
        connection.close()
    took_ms = (time.perf_counter() - began) * 1000
    return took_ms - (without_processor_ms(server) - waited_before_ms)


def tell(wait_ms: float) -> None:
    sys.stdout.write(f"{wait_ms}\n")
    sys.stdout.flush()


def main(host: str, port: int, at_rest: int, server: str) -> None:
    health_ms(host, port, server)  # what the first request of a process loads is no attack's doing
    for _ in range(at_rest):
        tell(health_ms(host, port, server))
    is_over = False
    while not is_over:
        is_over = bool(select.select([sys.stdin], [], [], EVERY_S)[0])
        tell(health_ms(host, port, server))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
