"""One read that holds a whole story: others have their turn meanwhile, and nothing of it is lost."""

import asyncio

from playground.core.events import Event, SentenceCompleted, TurnStatus
from playground.core.limits import DEFAULT_LIMITS
from playground.interrupts import InterruptSignal
from playground.turns import Interrupt, conduct
from tests.playground.conducting import conducted, plan
from tests.playground.scripted_llm import END, ROLE, ScriptedLLM, text

STORY = [f"It was day {number} of the journey. " for number in range(500)]
AT_ONCE = ROLE + b"".join(map(text, STORY)) + END


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

    beating = asyncio.create_task(beat())
    await conduct(
        plan(is_instant=True),
        open_completion=ScriptedLLM([AT_ONCE]),
        emit=emit,
        interrupt=InterruptSignal(),
        pick=lambda _: 0,
        limits=DEFAULT_LIMITS,
    )
    beating.cancel()
    await asyncio.gather(beating, return_exceptions=True)
    assert len(beats_at) == len(STORY)
    assert len(set(beats_at)) >= len(STORY) // 50


def test_an_interrupt_in_the_middle_of_one_read_loses_no_text() -> None:
    heard = conducted(
        [AT_ONCE],
        plan=plan(is_instant=True),
        interrupt_when=lambda event: isinstance(event, SentenceCompleted) and event.sentence.index == 60,
        interrupt=Interrupt(),
    )
    assert heard.closed.status is TurnStatus.INTERRUPTED
    assert len(heard.sentences) < len(STORY)
    assert heard.text == heard.closed.text == "".join(STORY)
