"""What a delta costs, in counts: JSON texts, envelopes, events and timers, whoever watches."""

import asyncio
import gc
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from playground.engine import json_text
from playground.engine.limits import DEFAULT_LIMITS
from playground.loop_lag import LoopLag
from playground.realtime import frame_sender
from playground.realtime.frame_sender import SendFrame, send_frames
from playground.realtime.hub import Hub, Viewer
from playground.storage.record_writer import Recorder
from playground.storage.turn_rows import TurnRow
from playground.turns import completion_reader, conductor, running_turn
from playground.turns.conductor import conduct
from playground.turns.running_turn import LiveTurn
from tests.playground.scripted_llm import END, ScriptedLLM, Step, text
from tests.playground.turn_harness import checks_after, plan
from tests.virtual_time import run_virtually

DELTAS = 50
CALLS_OF_A_DELTA = 205
"""The most calls of Python functions from a delta's arrival to its frame, those of the event loop included."""
GAP_S = 0.02
"""Slower than frames follow each other: each delta has a frame of its own."""
MERGING_GAP_S = GAP_S / 4
"""Faster: several deltas share a frame."""


def paced(deltas: int, gap_s: float) -> list[Step]:
    return [step for number in range(deltas) for step in (text(f"word{number} "), gap_s)]


PACED = paced(DELTAS, GAP_S)
AT_ONCE: list[Step] = [b"".join(text(f"word{number} ") for number in range(DELTAS)), END]


class NoRows(Recorder):
    """Stores nothing: rows are not what is counted here."""

    def save(self, row: TurnRow) -> None: ...

    async def save_now(self, row: TurnRow) -> bool:
        return True


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """The calls of what each delta might cost."""
    made: Counter[str] = Counter()

    def counted(module: Any, name: str) -> None:
        function: Callable[..., Any] = getattr(module, name)

        def count(*args: Any, **kwargs: Any) -> Any:
            made[name] += 1
            return function(*args, **kwargs)

        monkeypatch.setattr(module, name, count)

    class CountedJson:
        @staticmethod
        def dumps(value: Any) -> bytes:
            made[value["event_type"]] += 1
            return orjson.dumps(value)

    monkeypatch.setattr(json_text, "orjson", CountedJson)
    counted(running_turn, "envelope")
    counted(conductor, "spoken")
    counted(completion_reader, "ContentDelta")
    yield made


async def read(_frame: str) -> None:
    """Read it at once."""


def run_watched(script: list[Step], *, viewers: int, send: SendFrame = read) -> list[list[str]]:
    """Run an instant turn that so many viewers watch, who take frames by ``send``; return the frames of each."""

    async def main() -> list[list[str]]:
        hub = Hub()
        turn_plan = plan(is_instant=True)
        live = LiveTurn(
            turn_plan, hub=hub, recorder=NoRows(), limits=DEFAULT_LIMITS, created_at=datetime.now(UTC)
        )
        frames: list[list[str]] = [[] for _ in range(viewers)]

        def sender(sent: list[str]) -> "asyncio.Task[None]":
            async def keep(frame: str) -> None:
                sent.append(frame)
                await send(frame)

            viewer = hub.attach(turn_plan.conversation_id)
            return asyncio.create_task(send_frames(viewer, keep, is_open=lambda: True))

        senders = [sender(sent) for sent in frames]
        await conduct(
            turn_plan,
            open_completion=ScriptedLLM(script),
            emit=live.emit,
            interrupt=live.interrupt,
            pick=lambda _: 0,
            limits=DEFAULT_LIMITS,
            lag=LoopLag(),
            check_arguments=checks_after(0),
        )
        await live.publish_end()
        await asyncio.sleep(1)
        for task in senders:
            task.cancel()
        await asyncio.gather(*senders, return_exceptions=True)
        assert hub.seq(turn_plan.conversation_id) > 0
        return frames

    return run_virtually(main())


def test_an_event_is_encoded_once_for_two_viewers(counts: Counter[str]) -> None:
    first, second = run_watched([*PACED, END], viewers=2)

    assert first == second
    assert counts["playground.delta"] == counts["ContentDelta"] == DELTAS


def test_viewers_in_step_share_merged_text_and_its_json(counts: Counter[str]) -> None:
    script = [*paced(DELTAS, MERGING_GAP_S), END]
    run_watched(script, viewers=1)
    encoded = counts.pop("playground.delta")

    run_watched(script, viewers=10)

    assert encoded < DELTAS / 2
    assert counts["playground.delta"] < 2 * encoded  # whose frame falls due with a delta is a step behind


def test_without_a_viewer_nothing_is_encoded_and_no_envelope_made(counts: Counter[str]) -> None:
    run_watched([*PACED, END], viewers=0)

    assert counts["ContentDelta"] == DELTAS
    assert [name for name in counts if "." in name or name == "envelope"] == []


def test_the_deltas_of_one_read_are_three_events_at_the_most(counts: Counter[str]) -> None:
    run_watched(AT_ONCE, viewers=1)

    assert counts["ContentDelta"] <= 3
    assert counts["playground.delta"] == 1


@pytest.mark.parametrize("viewers", [0, 2])
def test_a_sentence_is_made_speech_once(counts: Counter[str], viewers: int) -> None:
    sentences: list[Step] = [text(f"Sentence number {number} here. ") for number in range(10)]

    run_watched([*sentences, END], viewers=viewers)

    assert counts["spoken"] == 10


def test_what_a_sentence_brings_shares_the_frame_of_its_text() -> None:
    sentences: list[Step] = [
        step for number in range(10) for step in (text(f"Sentence number {number} here. "), GAP_S)
    ]

    (frames,) = run_watched([*sentences, END], viewers=1)

    deltas = [frame for frame in frames if "playground.delta" in frame]
    assert len(deltas) == 10
    assert all('"state":"played"' in frame for frame in deltas[1:])
    assert len(frames) <= len(deltas) + 3  # the turn's beginning, its last sentence, its end


def test_deltas_that_a_screen_can_show_one_by_one_wait_for_no_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    until_answer_begins = frame_sender._until_answer_begins

    async def counts(viewer: Viewer, within_s: float) -> None:
        waited.append(within_s)
        await until_answer_begins(viewer, within_s)

    monkeypatch.setattr(frame_sender, "_until_answer_begins", counts)
    run_watched([*PACED, END], viewers=1)

    assert len(waited) < DELTAS / 5


@pytest.mark.parametrize("takes_s", [0.0, 0.004])
def test_the_first_text_of_an_answer_waits_for_no_frame(takes_s: float) -> None:
    sent_at: list[float] = []

    async def send(frame: str) -> None:
        if "playground.delta" in frame:
            sent_at.append(asyncio.get_running_loop().time())

    run_watched([takes_s, text("Once "), 0.001, text("upon "), END], viewers=1, send=send)

    assert sent_at == [takes_s, takes_s + frame_sender.FRAME_S]


def calls_of(deltas: int) -> int:
    """Return how many Python functions a watched turn of so many paced deltas calls.

    None of them is a weak reference's, which a collection of garbage would call: when one falls due is chance.
    """
    calls = 0

    def count(_frame: object, kind: str, _argument: object) -> None:
        nonlocal calls
        calls += kind == "call"

    script = paced(deltas, GAP_S)
    before = sys.getprofile()
    gc.disable()
    sys.setprofile(count)
    try:
        run_watched([*script, END], viewers=1)
    finally:
        sys.setprofile(before)
        gc.enable()
    return calls


def test_a_delta_takes_no_more_calls_than_it_did() -> None:
    first = calls_of(DELTAS)
    assert calls_of(3 * DELTAS) - first <= 2 * DELTAS * CALLS_OF_A_DELTA
