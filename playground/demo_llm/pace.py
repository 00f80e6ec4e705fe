"""The speed of each demo model: all waits of the demo LLM, in one place."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from playground.demo_llm.completion import Completion

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Pace:
    """``first_delta_ms`` from the request to the first content; ``delta_ms`` between two later pieces."""

    first_delta_ms: int = 300
    delta_ms: int = 25

    def times(self, factor: float) -> "Pace":
        return Pace(round(self.first_delta_ms * factor), round(self.delta_ms * factor))


NATURAL = Pace()
SLOW = Pace(first_delta_ms=4_000)
BRISK = Pace(first_delta_ms=300, delta_ms=5)


async def paced_chunks(
    completion: Completion, pace: Pace, sleep: Sleep = asyncio.sleep
) -> AsyncIterator[dict[str, Any]]:
    """Yield the stream's payloads when they are due; the role with the first piece, the end with the last."""
    await sleep(pace.first_delta_ms / 1000)
    pieces = 0
    for chunk in completion.chunks():
        if _carries_a_piece(chunk):
            if pieces:
                await sleep(pace.delta_ms / 1000)
            pieces += 1
        yield chunk


async def paced_whole(completion: Completion, pace: Pace, sleep: Sleep = asyncio.sleep) -> dict[str, Any]:
    """Return the whole answer when its stream would have ended."""
    pieces = sum(1 for chunk in completion.chunks() if _carries_a_piece(chunk))
    await sleep((pace.first_delta_ms + max(pieces - 1, 0) * pace.delta_ms) / 1000)
    return completion.whole()


def _carries_a_piece(chunk: dict[str, Any]) -> bool:
    choices = chunk["choices"]
    if not choices:
        return False
    delta = choices[0]["delta"]
    return bool(delta.get("content") or delta.get("tool_calls"))
