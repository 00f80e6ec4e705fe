"""Runs work on untrusted input that may take any time in separate processes, each killed on a timeout.

A thread couldn't be killed, and would hold the GIL meanwhile. The processes start when first needed, answer one
question at a time and end with this process. Each runs a `personas.question_loop`.
"""

import json
import logging
import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

logger = logging.getLogger(__name__)

Question = dict[str, Any]

PROCESSES = 2
START_MS = 10_000
"""From the start of a process to its first output."""
_ROOT = Path(__file__).resolve().parent.parent
_READ_BYTES = 64 * 1024


class UnansweredError(Exception):
    """The process gave no answer in time, or ended (out of memory, stack overflow)."""


class EndableProcess:
    """One process, asked one question at a time."""

    def __init__(self, module: str, answer_bytes: int) -> None:
        """Start the process. Raises UnansweredError."""
        self._answer_bytes = answer_bytes
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"PYTHONPATH": str(_ROOT)},
                bufsize=0,
                # Ctrl-C in a terminal is for the server, which ends this process.
                start_new_session=True,
            )
        except OSError:
            raise UnansweredError from None
        try:
            self._line(_deadline(START_MS))
        except UnansweredError:
            self.end()
            raise

    def ask(self, question: Question, deadline: float) -> Any:
        """Return the answer. Raises UnansweredError: the process must be ended then."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(question).encode() + b"\n")
        except (OSError, RecursionError):
            raise UnansweredError from None
        return json.loads(self._line(deadline))

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _line(self, deadline: float) -> bytes:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        line = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while not line.endswith(b"\n"):
                left_s = deadline - time.monotonic()
                if left_s <= 0 or not selector.select(left_s):
                    raise UnansweredError
                received = os.read(descriptor, _READ_BYTES)
                if not received or len(line) > self._answer_bytes:
                    raise UnansweredError
                line += received
        return bytes(line)


class EndableProcesses:
    """At most `PROCESSES` processes of ``module``; the next question replaces one that was killed."""

    def __init__(self, module: str, *, answer_bytes: int) -> None:
        self._module = module
        self._answer_bytes = answer_bytes
        self._lock = threading.Lock()
        self._seats = threading.BoundedSemaphore(PROCESSES)
        self._idle: list[EndableProcess] = []
        self._busy: set[EndableProcess] = set()
        self.threads = ThreadPoolExecutor(PROCESSES, thread_name_prefix="checking")
        """The threads in which a coroutine's questions wait for a process."""

    def ask_all(self, questions: Sequence[Question], *, within_ms: int, wait_ms: int) -> list[Any]:
        """Return the answers, with None for each not given ``within_ms`` of all.

        Waits ``wait_ms`` for a process.
        """
        answers: list[Any] = [None] * len(questions)
        if not questions:
            return answers
        if not self._seats.acquire(timeout=wait_ms / 1000):
            return answers
        try:
            with self._process() as process:
                deadline = _deadline(within_ms)
                for place, question in enumerate(questions):
                    answers[place] = process.ask(question, deadline)
        except UnansweredError:
            logger.warning("%s gave no answer within %s ms, and was ended.", self._module, within_ms)
        finally:
            self._seats.release()
        return answers

    def end(self) -> None:
        """Kill every process. The next question starts another."""
        with self._lock:
            ended, self._idle = [*self._idle, *self._busy], []
        for process in ended:
            process.end()

    @contextmanager
    def _process(self) -> Iterator[EndableProcess]:
        with self._lock:
            process = self._idle.pop() if self._idle else None
        if process is None:
            process = EndableProcess(self._module, self._answer_bytes)
        with self._lock:
            self._busy.add(process)
        is_usable = False
        try:
            yield process
            is_usable = True
        finally:
            with self._lock:
                self._busy.discard(process)
                if is_usable:
                    self._idle.append(process)
            if not is_usable:
                process.end()


def _deadline(milliseconds: int) -> float:
    return time.monotonic() + milliseconds / 1000
