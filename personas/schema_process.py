"""The process that checks schemas and arguments: a line of JSON in, a line of JSON out, one after the other.

It is started by `personas.schema_checks`, which ends it where a check takes too long. It knows no setting and no
secret, and ends by itself when its input closes, or a check used up its processor time.
"""

import json
import os
import resource
import sys
from contextlib import suppress
from typing import Any

from playground.core.tool_arguments import argument_faults, checks_arguments

MEMORY_BYTES = 512 * 1024 * 1024
CHECK_CPU_S = 5
"""More than any check is waited for: it counts only where whoever waited is gone."""
NICENESS = 10
"""The server's own work goes before."""


def answer(question: dict[str, Any]) -> Any:
    """Faults of a call's arguments; without arguments, whether the schema can be used to check any."""
    schema = question["schema"]
    if "arguments" not in question:
        return checks_arguments(schema)
    return argument_faults(question["name"], question["arguments"], schema)


def main() -> None:
    os.nice(NICENESS)
    _limit(resource.RLIMIT_AS, MEMORY_BYTES)
    _limit(resource.RLIMIT_CORE, 0)
    _reply(True)
    for line in sys.stdin.buffer:
        used = resource.getrusage(resource.RUSAGE_SELF)
        _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + CHECK_CPU_S)
        _reply(answer(json.loads(line)))


def _limit(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    with suppress(OSError, ValueError):  # not every system limits everything
        resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _reply(value: Any) -> None:
    sys.stdout.buffer.write(json.dumps(value).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
