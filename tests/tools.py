"""`python -m tests.tools`: with REQUIRE_ALL=1, install and start what the tests need and this machine lacks.

For Debian and Ubuntu. Without REQUIRE_ALL nothing is done: tests that lack something are skipped and say so.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from tests import services

STARTING_S = 60.0


def main() -> None:
    if not services.everything_is_required():
        return
    packages = [
        package
        for package, is_there in (
            ("chromium-headless-shell", services.browser_path),
            ("postgresql", services.postgres_answers),
            ("redis-server", services.redis_answers),
            ("nginx-light", services.nginx_is_there),
        )
        if not is_there()
    ]
    if not packages:
        return
    _install(packages)
    if "postgresql" in packages:
        _start("PostgreSQL", _start_postgres, services.postgres_answers)
    if "redis-server" in packages:
        _start("Redis", _start_redis, services.redis_answers)
    if "nginx-light" in packages:
        _stop_nginx()


def _install(packages: Sequence[str]) -> None:
    sys.stdout.write(f"Installing what the tests need: {', '.join(packages)}\n")
    sys.stdout.flush()
    _as_root("apt-get", "update", "-qq")
    _as_root("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages)


def _start(name: str, start: Callable[[], None], answers: Callable[[], bool]) -> None:
    start()
    deadline = time.monotonic() + STARTING_S
    while not answers():
        if time.monotonic() > deadline:
            sys.exit(f"{name} was installed and started, but does not answer.")
        time.sleep(0.2)


def _start_postgres() -> None:
    _as_root("service", "postgresql", "start")
    set_password = "ALTER USER postgres PASSWORD 'postgres'"
    deadline = time.monotonic() + STARTING_S
    while subprocess.run(
        [*_root(), "su", "postgres", "-c", f'psql -qc "{set_password}"'], check=False
    ).returncode:
        if time.monotonic() > deadline:
            sys.exit("PostgreSQL was started, but its password could not be set.")
        time.sleep(0.5)


def _start_redis() -> None:
    subprocess.run(["redis-server", "--daemonize", "yes", "--save", ""], check=True)


def _stop_nginx() -> None:
    """Stop the service that Debian starts with the package: tests start one of their own."""
    subprocess.run([*_root(), "service", "nginx", "stop"], check=False, stdin=subprocess.DEVNULL)


def _as_root(*command: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([*_root(), *command], check=True, env=environment, stdin=subprocess.DEVNULL)


def _root() -> list[str]:
    return [] if os.geteuid() == 0 else ["sudo", "-n", "--preserve-env=DEBIAN_FRONTEND"]


if __name__ == "__main__":
    main()
