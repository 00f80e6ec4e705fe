"""What masking costs: a stranger's largest bodies must not keep what is stored behind them waiting."""

import random
import time
from collections.abc import Callable

import pytest

from playground.engine.limits import MIB
from playground.inspectors.masking import Masker

pytestmark = pytest.mark.slow  # Measures the cost of the largest bodies, up to three times each.

NOISE = random.Random(7).randbytes(3 * MIB)
MASKER = Masker([f"sk-Known/Secret+Value==4{number}&x" for number in range(3)], ["unk-key-0123456789abcdef"])


def seconds(run: Callable[[], object]) -> float:
    started = time.thread_time()
    run()
    return time.thread_time() - started


@pytest.mark.parametrize(
    ("mask", "most"),
    [
        (lambda: MASKER.body(NOISE), 16),
        (lambda: MASKER.parts([(0, NOISE[:MIB])]), 16),
        (lambda: MASKER.parts([(0, b"{}\n" * (MIB // 3))]), 80),
    ],
    ids=["noise", "an answer of noise", "an answer of many lines"],
)
def test_masking_costs_little_more_than_decoding(mask: Callable[[], object], most: float) -> None:
    """In units of decoding three MiB of noise."""
    unit = min(seconds(lambda: NOISE.decode("utf-8", "surrogateescape")) for _ in range(3))
    assert any(seconds(mask) < most * unit for _ in range(3))
