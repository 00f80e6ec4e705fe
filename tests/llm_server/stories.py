"""Long answers at a stated pace, each another one, whose every delta is logged before it is sent."""

import random
from collections.abc import Iterator

from tests.llm_server.behaviours import behaviour
from tests.llm_server.exchange import Exchange
from tests.llm_server.openai_wire import DONE, STREAM_HEADERS, chunk, event

WORDS = (
    "Once",
    "ein Mädchen",
    "в лес",
    "狼",
    "ran",
    "with \U0001f377",
    "and bread",
    "e\u0301tait",
    "home",
    "again",
)
SENTENCE_WORDS = 7


@behaviour
async def story(exchange: Exchange) -> None:
    """Answers a message like ``… words=40 pause_ms=20 rest_ms=0``; it rests once, in the middle."""
    asked = exchange.request.last_message
    words, pause_ms, rest_ms = (_number(asked, name) for name in ("words", "pause_ms", "rest_ms"))
    await exchange.start(headers=STREAM_HEADERS)
    for place, delta in enumerate(_deltas(asked, words)):
        exchange.request.said.append(delta)
        await exchange.chunk(event(chunk({"content": delta})))
        await exchange.pause((rest_ms if place == words // 2 else pause_ms) / 1000)
    await exchange.chunk(event(chunk({}, "stop")) + DONE)
    await exchange.finish()


def _number(asked: str, name: str) -> int:
    return int(asked.partition(f"{name}=")[2].partition(" ")[0] or 0)


def _deltas(asked: str, words: int) -> Iterator[str]:
    """Yield words that differ from every other place of this story, and from every other story."""
    chance = random.Random(asked)
    for place in range(words):
        ends = "." if place % SENTENCE_WORDS == SENTENCE_WORDS - 1 else ""
        yield f"{' ' if place else ''}{chance.choice(WORDS)} {chance.randrange(10_000)}{ends}"
