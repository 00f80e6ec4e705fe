"""The loop of an endable process: a line of JSON in, a line of JSON out.

`personas.endable_processes` starts it and kills it on a timeout. It has no settings and no stored secrets. It ends by
itself when its input closes, or when an answer exceeds its CPU time.
"""

import json
import os
import resource
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

MEMORY_BYTES = 512 * 1024 * 1024
ANSWER_CPU_S = 10
"""Longer than any timeout: it only matters when the parent has died."""
NICENESS = 10
"""Lower priority than the server."""


def serve(answer: Callable[[dict[str, Any]], Any]) -> None:
    """Answer each line of the input until the input closes."""
    os.nice(NICENESS)
    _limit(resource.RLIMIT_AS, MEMORY_BYTES)
    _limit(resource.RLIMIT_CORE, 0)
    _reply(True)
    for line in sys.stdin.buffer:
        used = resource.getrusage(resource.RUSAGE_SELF)
        _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + ANSWER_CPU_S)
        _reply(answer(json.loads(line)))


def _limit(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    with suppress(OSError, ValueError):  # not every system supports every limit
        resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _reply(value: Any) -> None:
    sys.stdout.buffer.write(json.dumps(value).encode() + b"\n")
    sys.stdout.buffer.flush()
