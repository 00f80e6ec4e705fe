"""What an endable process does: a line of JSON in, a line of JSON out, one after the other.

It is started by `personas.endable_processes`, which ends it where an answer takes too long. It knows no setting and
no stored secret, and ends by itself where nobody is left to ask: when its input closes, or an answer used up its
processor time.
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
"""More than any answer is waited for: it counts only where whoever waited is gone."""
NICENESS = 10
"""The server's own work goes before."""


def serve(answer: Callable[[dict[str, Any]], Any]) -> None:
    """Answer each line of the input until it closes."""
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
    with suppress(OSError, ValueError):  # not every system limits everything
        resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _reply(value: Any) -> None:
    sys.stdout.buffer.write(json.dumps(value).encode() + b"\n")
    sys.stdout.buffer.flush()
