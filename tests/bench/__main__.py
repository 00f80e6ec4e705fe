"""`python -m tests.bench [CELL…]`: measures what is named, or all but the cluster, and prints a Markdown table.

`--reps N` repetitions (3), `--quick` with less of everything, `--only CANDIDATE` for one of them (more than once),
`--conversations N` for more of them in the cell memory.
Ctrl+C ends it with a table of what was measured until then.
"""

import argparse
import asyncio
import sys
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import uvloop

from tests.bench.cells import (
    Cell,
    cluster,
    cpu,
    length,
    memory,
    paced,
    pages,
    passing_on,
    slow_reader,
    speed,
    start,
    starts,
)
from tests.bench.effort import FULL, QUICK, Effort
from tests.bench.figures import Figures
from tests.bench.machine import LOAD_CORES, Meter, describe, on_cores
from tests.bench.servers import SITES, Candidate, Stand, stand
from tests.bench.table import table

CELLS = (
    Cell("paced", "A delta every 20 ms, turns started within a second", paced.measure),
    Cell("speed", "As fast as the LLM sends", speed.measure),
    Cell("cpu", "CPU of the server", cpu.measure),
    Cell("memory", "Memory", memory.measure),
    Cell("slow", "One browser stops reading", slow_reader.measure),
    Cell("start", "Start", start.measure),
    Cell("starts", "200 turns start a second", starts.measure),
    Cell("length", "A turn after others of its conversation", length.measure, SITES),
    Cell("pages", "Pages on a site with few or many personas and conversations", pages.measure, SITES),
    Cell("passing_on", "An inspector that passes on, a delta every 20 ms", passing_on.measure, SITES),
    Cell(
        "cluster", "Several processes, with PostgreSQL and Redis", cluster.measure, SITES, is_asked_for=True
    ),
)
OTHERS_SHARE = 0.05
"""From this share of the machine on, what other processes did is told beside the table."""
CELL_S = 900.0
"""The longest that one measurement may take."""


def main() -> None:
    options = _options()
    cells = [cell for cell in CELLS if cell.name in options.cells or not (options.cells or cell.is_asked_for)]
    candidates = [candidate for candidate in Candidate if not options.only or candidate in options.only]
    effort = QUICK if options.quick else FULL
    if options.conversations:
        effort = replace(effort, conversations=options.conversations)
    with on_cores(LOAD_CORES), stand() as shared:
        bench = Bench(shared, effort)
        with suppress(KeyboardInterrupt):
            uvloop.run(bench.run(cells, candidates, options.reps))
    _print(f"`{' '.join(['python -m tests.bench', *sys.argv[1:]])}`, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    _print(
        f"{describe()}; load and mock LLM on one core, the server on another; {options.reps} repetitions.\n"
    )
    _print(table({cell.title: bench.runs[cell.name] for cell in cells}))
    for warning in bench.warnings:
        _print(f"\nWarning: {warning}")


class Bench:
    """Runs cells on the same stand, the candidates in turn, and keeps what they found."""

    def __init__(self, shared: Stand, effort: Effort) -> None:
        self._stand = shared
        self._effort = effort
        self.runs: dict[str, dict[Candidate, list[Figures]]] = defaultdict(lambda: defaultdict(list))
        self.warnings: list[str] = []

    async def run(self, cells: Sequence[Cell], candidates: Sequence[Candidate], repetitions: int) -> None:
        for repetition in range(1, repetitions + 1):
            for cell in cells:
                for candidate in candidates:
                    if candidate in cell.candidates:
                        await self._measure(
                            cell, candidate, f"{cell.name}, {candidate}, repetition {repetition}"
                        )

    async def _measure(self, cell: Cell, candidate: Candidate, title: str) -> None:
        sys.stderr.write(f"{title}\n")
        meter = Meter(self._stand.llm_process_id)
        try:
            async with asyncio.timeout(CELL_S):
                self.runs[cell.name][candidate].append(
                    await cell.measure(self._stand, candidate, self._effort)
                )
        except Exception as error:
            self.warnings.append(f"{title}: {type(error).__name__}: {error}")
        others = meter.others_share()
        if others > OTHERS_SHARE:
            self.warnings.append(f"{title}: other processes had {others:.0%} of the machine{cell.others}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measures Greenroom.")
    names = [cell.name for cell in CELLS]
    parser.add_argument("cells", nargs="*", metavar="CELL", help=f"{', '.join(names)} (all but the cluster)")
    parser.add_argument("--reps", type=int, default=3, help="repetitions (3)")
    parser.add_argument(
        "--only", action="append", type=Candidate, choices=list(Candidate), help="a candidate"
    )
    parser.add_argument("--quick", action="store_true", help="measure less")
    parser.add_argument("--conversations", type=int, help="how many the cell memory holds (2,600)")
    options = parser.parse_args()
    options.cells = [name for given in options.cells for name in given.split(",")]
    unknown = set(options.cells) - set(names)
    if unknown:
        parser.error(f"no such cell: {', '.join(sorted(unknown))}")
    return options


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
