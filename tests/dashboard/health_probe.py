"""A process of its own that asks for /health/ until its input ends, and prints how many ms each answer took.

What the tests themselves do at the same time makes none of its waits longer.
"""

import http.client
import select
import sys
import time

EVERY_S = 0.02
DEADLINE_S = 60.0


def health_ms(host: str, port: int) -> float:
    began = time.perf_counter()
    connection = http.client.HTTPConnection(host, port, timeout=DEADLINE_S)
    try:
        connection.request("GET", "/health/")
        connection.getresponse().read()
    finally:
        connection.close()
    return (time.perf_counter() - began) * 1000


def tell(wait_ms: float) -> None:
    sys.stdout.write(f"{wait_ms}\n")
    sys.stdout.flush()


def main(host: str, port: int, at_rest: int) -> None:
    health_ms(host, port)  # what the first request of a process loads is no attack's doing
    for _ in range(at_rest):
        tell(health_ms(host, port))
    is_over = False
    while not is_over:
        is_over = bool(select.select([sys.stdin], [], [], EVERY_S)[0])
        tell(health_ms(host, port))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
