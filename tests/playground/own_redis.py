"""A Redis of the test's own: to kill, to hang, and to start again, empty, at the same address."""

import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.llm_server.ports import refused_port
from tests.services import missing

READY = b"Ready to accept connections"


class OwnRedis:
    def __init__(self, program: str) -> None:
        self._port = refused_port()
        self._program = program
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self.start()

    def start(self) -> None:
        """Start it, with nothing in it, and wait until it answers."""
        self._process = subprocess.Popen(
            [self._program, "--port", str(self._port), "--bind", "127.0.0.1", "--save", ""],
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        assert any(READY in line for line in self._process.stdout)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def hang(self) -> None:
        """Let it take connections and answer nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._process.send_signal(signal.SIGCONT)


@contextmanager
def own_redis() -> Iterator[OwnRedis]:
    started = OwnRedis(shutil.which("redis-server") or missing("there is no redis-server on the PATH"))
    try:
        yield started
    finally:
        started.kill()
