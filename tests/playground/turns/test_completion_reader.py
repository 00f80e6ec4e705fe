"""Reading an answer beside others: they have their turn meanwhile, nothing is lost, and no failure stays unseen."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from playground.engine.answer.decoder import AnswerDecoder, Piece
from playground.engine.errors.codes import Code
from playground.engine.events import (
    ContentDelta,
    Event,
    PayloadReceived,
    SentenceCompleted,
    TurnClosed,
    TurnStatus,
)
from playground.engine.limits import DEFAULT_LIMITS
from playground.loop_lag import LoopLag
from playground.turns.completion_reader import DECODED_BYTES_AT_ONCE, SPOKEN_CHARS_AT_ONCE
from playground.turns.conductor import conduct
from playground.turns.interrupt import Interrupt, InterruptSignal
from playground.turns.turn_output import TurnOutput
from tests.playground.scripted_llm import END, ROLE, ScriptedLLM, text
from tests.playground.turn_harness import plan, run_turn

STORY = [f"It was day {number} of the journey. " for number in range(500)]
AT_ONCE = ROLE + b"".join(map(text, STORY)) + END


async def hear_at_once(*, beside: Coroutine[Any, Any, None], emit: Callable[[Event], None]) -> None:
    """Run a turn whose whole answer comes in one read, beside another coroutine."""
    beating = asyncio.create_task(beside)
    await conduct(
        plan(is_instant=True),
        open_completion=ScriptedLLM([AT_ONCE]),
        emit=emit,
        interrupt=InterruptSignal(),
        pick=lambda _: 0,
        limits=DEFAULT_LIMITS,
        lag=LoopLag(),
    )
    beating.cancel()
    await asyncio.gather(beating, return_exceptions=True)


async def test_others_have_their_turn_between_the_sentences_of_one_read() -> None:
    beats = 0
    beats_at: list[int] = []

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0)
            beats += 1

    def emit(event: Event) -> None:
        if isinstance(event, SentenceCompleted):
            beats_at.append(beats)

    await hear_at_once(beside=beat(), emit=emit)
    assert len(beats_at) == len(STORY)
    assert len(set(beats_at)) >= len(STORY) // 50


def test_an_interrupt_in_the_middle_of_one_read_loses_no_text() -> None:
    turn = run_turn(
        [AT_ONCE],
        plan=plan(is_instant=True),
        interrupt_when=lambda event: isinstance(event, SentenceCompleted) and event.sentence.index == 60,
        interrupt=Interrupt(),
    )
    assert turn.closed.status is TurnStatus.INTERRUPTED
    assert len(turn.sentences) < len(STORY)
    assert turn.text == turn.closed.text == "".join(STORY)


def test_a_decoder_that_fails_while_deltas_pause_fails_the_turn_and_is_logged_without_words(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    words = "words of the exception"

    def fail(_decoder: AnswerDecoder) -> list[Piece]:
        raise ValueError(words)

    monkeypatch.setattr(AnswerDecoder, "poll", fail)

    turn = run_turn([text("It is late. "), 5.0, text("Good night."), END], plan=plan())

    assert turn.closed.status is TurnStatus.FAILED
    assert turn.closed.error is not None and turn.closed.error.code is Code.INTERNAL
    assert turn.at(TurnClosed)[0] < 5_000
    assert turn.llm.left_at_s == [DEFAULT_LIMITS.idle_sentence_ms / 1_000]
    assert "ValueError" in caplog.text and words not in caplog.text


def test_sentences_are_handed_on_few_at_a_time_where_they_are_long() -> None:
    """What is handed on in one go is bounded by its characters, since each of them costs time to be spoken."""
    long = " ".join(["word"] * 100) + ". "
    at_once: list[int] = []

    async def main() -> None:
        under_way = 0

        async def beat() -> None:
            nonlocal under_way
            while True:
                at_once.append(under_way)
                under_way = 0
                await asyncio.sleep(0)

        def emit(event: Event) -> None:
            nonlocal under_way
            if isinstance(event, SentenceCompleted):
                under_way += len(event.sentence.text)

        beating = asyncio.create_task(beat())
        await conduct(
            plan(is_instant=True),
            open_completion=ScriptedLLM([ROLE + text(long * 100) + END]),
            emit=emit,
            interrupt=InterruptSignal(),
            pick=lambda _: 0,
            limits=DEFAULT_LIMITS,
            lag=LoopLag(),
        )
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)

    asyncio.run(main())
    assert sum(at_once) >= 99 * len(long.strip())
    assert max(at_once) <= SPOKEN_CHARS_AT_ONCE + DEFAULT_LIMITS.sentence_chars


def test_a_long_read_is_decoded_in_steps_between_which_others_have_their_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    feed = AnswerDecoder.feed
    sizes: list[int] = []
    sizes_at_once: list[int] = []

    def counted(decoder: AnswerDecoder, data: bytes) -> list[Piece]:
        sizes.append(len(data))
        return feed(decoder, data)

    async def beat() -> None:
        while True:
            sizes_at_once.append(sum(sizes))
            sizes.clear()
            await asyncio.sleep(0)

    monkeypatch.setattr(AnswerDecoder, "feed", counted)
    asyncio.run(hear_at_once(beside=beat(), emit=lambda _event: None))
    assert sum(sizes_at_once) == len(AT_ONCE) > 4 * DECODED_BYTES_AT_ONCE
    assert max(sizes_at_once) <= DECODED_BYTES_AT_ONCE


def test_a_delta_has_the_time_of_its_payload_however_long_decoding_took(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    feed, now_ms, decoding_ms = AnswerDecoder.feed, TurnOutput.now_ms, 0

    def slow(decoder: AnswerDecoder, data: bytes) -> list[Piece]:
        nonlocal decoding_ms
        decoding_ms += 16
        return feed(decoder, data)

    monkeypatch.setattr(AnswerDecoder, "feed", slow)
    monkeypatch.setattr(TurnOutput, "now_ms", lambda output: now_ms(output) + decoding_ms)
    turn = run_turn([0.1, text("One. "), END], plan=plan(is_instant=True))
    (first, *_), (came_ms, *_) = turn.of(PayloadReceived), turn.at(ContentDelta)
    assert (first.t_ms, came_ms, turn.closed.timings.ttft) == (100, 100, 100)
