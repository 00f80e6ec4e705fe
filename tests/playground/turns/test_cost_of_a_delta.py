"""What a delta costs, in counts: JSON texts, envelopes, events and timers, whoever watches."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from playground.engine import json_text
from playground.engine.limits import DEFAULT_LIMITS
from playground.realtime import frame_sender
from playground.realtime.frame_sender import send_frames
from playground.realtime.hub import Hub
from playground.storage.record_writer import Recorder
from playground.storage.turn_rows import TurnRow
from playground.turns import completion_reader, conductor, running_turn
from playground.turns.conductor import conduct
from playground.turns.running_turn import LiveTurn
from tests.playground.scripted_llm import END, ScriptedLLM, Step, text
from tests.playground.turn_harness import checks_after, plan
from tests.virtual_time import run_virtually

DELTAS = 50
GAP_S = 0.02
"""Slower than frames follow each other: each delta has a frame of its own."""
PACED: list[Step] = [step for number in range(DELTAS) for step in (text(f"word{number} "), GAP_S)]
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


def run_watched(script: list[Step], *, viewers: int) -> list[str]:
    """Run an instant turn that so many viewers watch, and return the frames of each, joined."""

    async def main() -> list[str]:
        hub = Hub()
        turn_plan = plan(is_instant=True)
        live = LiveTurn(
            turn_plan, hub=hub, recorder=NoRows(), limits=DEFAULT_LIMITS, created_at=datetime.now(UTC)
        )
        frames: list[list[str]] = [[] for _ in range(viewers)]

        def sender(sent: list[str]) -> "asyncio.Task[None]":
            async def send(frame: str) -> None:
                sent.append(frame)

            viewer = hub.attach(turn_plan.conversation_id)
            return asyncio.create_task(send_frames(viewer, send, is_open=lambda: True))

        senders = [sender(sent) for sent in frames]
        await conduct(
            turn_plan,
            open_completion=ScriptedLLM(script),
            emit=live.emit,
            interrupt=live.interrupt,
            pick=lambda _: 0,
            limits=DEFAULT_LIMITS,
            check_arguments=checks_after(0),
        )
        await live.publish_end()
        await asyncio.sleep(1)
        for task in senders:
            task.cancel()
        await asyncio.gather(*senders, return_exceptions=True)
        assert hub.seq(turn_plan.conversation_id) > 0
        return ["".join(sent) for sent in frames]

    return run_virtually(main())


def test_an_event_is_encoded_once_for_two_viewers(counts: Counter[str]) -> None:
    first, second = run_watched([*PACED, END], viewers=2)

    assert first == second
    assert counts["playground.delta"] == counts["ContentDelta"] == DELTAS


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


def test_deltas_that_a_screen_can_show_one_by_one_wait_for_no_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    class NoSleep:
        def __getattr__(self, name: str) -> Any:
            return sleep if name == "sleep" else getattr(asyncio, name)

    monkeypatch.setattr(frame_sender, "asyncio", NoSleep())
    run_watched([*PACED, END], viewers=1)

    assert len(slept) < DELTAS / 5
