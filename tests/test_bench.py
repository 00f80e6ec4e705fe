"""The bench works: its figures, its stamps, its mock LLM, and one turn of its relay as its viewer sees it."""

import asyncio
import math
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
import pytest

from tests.bench.answers import Answer, asked
from tests.bench.figures import number, percentile, ratio, summary
from tests.bench.mock_llm import SENTENCE_DELTAS, stamped_deltas
from tests.bench.servers import Candidate
from tests.bench.stamps import MICROSECONDS, elapsed_ms, stamp, stamps
from tests.bench.table import table
from tests.bench.viewer import connect
from tests.dashboard.processes import ROOT

DEADLINE_S = 15.0


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [([5.0], 50, 5.0), ([1.0, 2.0, 3.0, 4.0], 50, 2.0), ([3.0, 1.0, 2.0], 99, 3.0), ([2.0, 1.0], 0, 1.0)],
)
def test_a_percentile_is_one_of_the_values(values: list[float], percent: float, expected: float) -> None:
    assert percentile(values, percent) == expected


def test_of_nothing_there_is_no_percentile_and_to_nothing_no_ratio() -> None:
    assert math.isnan(percentile([], 50))
    assert math.isnan(ratio(1.0, 0.0))
    assert ratio(3.0, 2.0) == 1.5


def test_repetitions_are_told_by_their_median_and_range() -> None:
    assert summary([3.0, 1.0, 2.0]).text == "2.00 (1.00–3.00)"
    assert summary([2.0]).text == "2.00"
    assert [number(value) for value in (0.123, 12.34, 123.4, 12_345.0)] == ["0.12", "12.3", "123", "12,345"]


def test_the_table_compares_medians_with_the_relay() -> None:
    runs = {Candidate.RELAY: [{"a, ms": 2.0}], Candidate.UVICORN: [{"a, ms": 3.0, "b": 1.0}]}
    assert table({"Title": runs}).splitlines()[2:] == [
        "| **Title** |  |  |  |",
        "| a, ms | 2.00 | 3.00 | 1.50 |",
        "| b | – | 1.00 | – |",
    ]


def test_a_stamp_is_a_word_that_tells_its_time() -> None:
    assert stamps(f" {stamp(123_456)}. {stamp(7).capitalize()} {stamp(8)[:3]}") == (
        [123_456, 7],
        stamp(8)[:3],
    )
    assert elapsed_ms(MICROSECONDS - 1_000, 500) == 1.5


def test_an_answer_is_asked_for_by_the_users_words() -> None:
    assert asked(Answer(3, 2.5).words) == Answer(3, 2.5)
    with pytest.raises(ValueError, match="Hello"):
        asked("Hello")


@pytest.mark.parametrize("cuts", [[1] * 40, [12, 12, 12, 4], [40]])
def test_an_answer_is_the_same_however_it_is_sent(cuts: list[int]) -> None:
    sent, place = b"", 0
    for count in cuts:
        sent += stamped_deltas(place, count, sent_us=2, arrived_us=1)
        place += count
    events = [line.removeprefix(b"data: ") for line in sent.split(b"\r\n") if line.startswith(b"data: ")]
    text = "".join(orjson.loads(event)["choices"][0]["delta"]["content"] for event in events)
    assert stamps(text) == ([1, *[2] * 40], "")
    assert text.count(".") == 40 // SENTENCE_DELTAS


@asynccontextmanager
async def running(*arguments: str) -> AsyncIterator[bytes]:
    """Run a Python beside the test; yield the first line that it prints: its port."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=ROOT, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(DEADLINE_S):
            line = await process.stdout.readline()
        yield line
    finally:
        process.terminate()
        await process.wait()


async def test_a_turn_of_the_relay_arrives_whole_with_its_latencies(server_processes: None) -> None:
    async with (
        running("-m", "tests.bench.mock_llm") as llm_port,
        running("-m", "tests.bench.relay", "0", f"http://127.0.0.1:{int(llm_port)}/v1") as port,
        asyncio.timeout(DEADLINE_S),
    ):
        viewer = await connect(f"http://127.0.0.1:{int(port)}", "c1", "no key")
        paced, fast = await viewer.turn(Answer(30, 1.0)), await viewer.turn(Answer(150))
        viewer.close()
    assert (paced.ended_as, paced.deltas) == ("playground.turn.completed", 30)
    assert (fast.ended_as, fast.deltas) == ("playground.turn.completed", 150)
    assert len(paced.latencies_ms) == 29
    assert all(0 <= latency_ms < DEADLINE_S * 1000 for latency_ms in paced.latencies_ms)
    assert paced.first_overhead_ms > 0
