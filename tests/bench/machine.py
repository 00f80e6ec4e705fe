"""The machine: cores, what processes take of it, and whether others use it meanwhile. Linux."""

import os
import platform
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TICKS_S = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0))
LOAD_CORES = {CORES[0]}
SERVER_CORES = set(CORES[1:]) or LOAD_CORES
"""The load and the mock LLM share a core, the server has the others; one core has to do for all where it is alone."""


def describe() -> str:
    """Return the machine in a line."""
    models = [
        line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")
    ]
    model = models[0].partition(":")[2].strip() if models else platform.machine()
    return f"{len(CORES)} cores ({model}), Linux {platform.release()}, Python {platform.python_version()}"


@contextmanager
def on_cores(cores: set[int]) -> Iterator[None]:
    """What is started inside runs on these cores alone."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cpu_s(process_id: int) -> float:
    """Return the CPU time of a process's threads, those that have ended too: see clock_getcpuclockid(3)."""
    return time.clock_gettime((~process_id << 3) | 2)


def resident_mib(process_id: int) -> float:
    for line in Path(f"/proc/{process_id}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ProcessLookupError(process_id)


class Meter:
    """Measures from its making on what other processes than the bench's own take of the machine."""

    def __init__(self, llm_process_id: int) -> None:
        self._llm = llm_process_id
        self._began_s, self._busy_s, self._own_s = time.monotonic(), _busy_s(), self._own_cpu_s()

    def others_share(self) -> float:
        """Return their share of the time of all cores, from 0 to 1; the servers started meanwhile have ended."""
        others_s = (_busy_s() - self._busy_s) - (self._own_cpu_s() - self._own_s)
        elapsed_s = time.monotonic() - self._began_s
        return max(0.0, others_s) / (elapsed_s * (os.cpu_count() or 1))

    def _own_cpu_s(self) -> float:
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + cpu_s(self._llm) + ended.ru_utime + ended.ru_stime


def _busy_s() -> float:
    """Return the time that all cores worked for processes."""
    user, nice, system, *_ = map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:])
    return (user + nice + system) / TICKS_S
