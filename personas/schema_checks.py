"""Checks of schemas and arguments that may take for ever: in processes of their own, each ended where it is late.

A thread could not be ended, and would hold Python's lock meanwhile. The processes start when they are first needed,
serve one check at a time and end with this process.
"""

import atexit
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

from playground.core.limits import SCHEMA_CHECK_MS, SCHEMA_CHECK_WAIT_MS

logger = logging.getLogger(__name__)

Question = dict[str, Any]

PROCESSES = 2
START_MS = 10_000
"""From the start of a process to its first sign of life."""
_ROOT = Path(__file__).resolve().parent.parent
_READ_BYTES = 64 * 1024
_ANSWER_BYTES = 64 * 1024


class UnansweredError(Exception):
    """The process gave no answer in time, or ended: out of memory, out of stack."""


class Checker:
    """One process, asked one question at a time."""

    def __init__(self) -> None:
        """Raises UnansweredError."""
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "personas.schema_process"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"PYTHONPATH": str(_ROOT)},
                bufsize=0,
                # Ctrl-C in a terminal is for the server, which ends this.
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
        """The answer. Raises UnansweredError: the process must be ended then."""
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
                if not received or len(line) > _ANSWER_BYTES:
                    raise UnansweredError
                line += received
        return bytes(line)


class Checkers:
    """At most `PROCESSES` of them; one that was late is ended, and another started for the next question."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seats = threading.BoundedSemaphore(PROCESSES)
        self._idle: list[Checker] = []
        self._busy: set[Checker] = set()
        self.threads = ThreadPoolExecutor(PROCESSES, thread_name_prefix="checking")
        """Where a coroutine's questions wait for a process."""

    def ask_all(self, questions: Sequence[Question], *, within_ms: int, wait_ms: int) -> list[Any]:
        """The answers, None for each that was not given ``within_ms`` of all. Waits ``wait_ms`` for a process."""
        answers: list[Any] = [None] * len(questions)
        if not questions:
            return answers
        if not self._seats.acquire(timeout=wait_ms / 1000):
            return answers
        try:
            with self._checker() as checker:
                deadline = _deadline(within_ms)
                for place, question in enumerate(questions):
                    answers[place] = checker.ask(question, deadline)
        except UnansweredError:
            logger.warning("A check of a JSON Schema was given up after %s ms.", within_ms)
        finally:
            self._seats.release()
        return answers

    def end(self) -> None:
        """End every process; another one starts with the next question."""
        with self._lock:
            ended, self._idle = [*self._idle, *self._busy], []
        for checker in ended:
            checker.end()

    @contextmanager
    def _checker(self) -> Iterator[Checker]:
        with self._lock:
            checker = self._idle.pop() if self._idle else None
        if checker is None:
            checker = Checker()
        with self._lock:
            self._busy.add(checker)
        is_usable = False
        try:
            yield checker
            is_usable = True
        finally:
            with self._lock:
                self._busy.discard(checker)
                if is_usable:
                    self._idle.append(checker)
            if not is_usable:
                checker.end()


def _deadline(milliseconds: int) -> float:
    return time.monotonic() + milliseconds / 1000


def usable_schemas(schemas: Sequence[dict[str, Any]]) -> list[bool | None]:
    """Whether arguments can be checked against each; None: that took too long to find out."""
    questions = [{"schema": schema} for schema in schemas]
    return checkers.ask_all(questions, within_ms=SCHEMA_CHECK_MS, wait_ms=SCHEMA_CHECK_WAIT_MS)


checkers = Checkers()
atexit.register(checkers.end)
