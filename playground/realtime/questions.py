"""Matches the answers of other processes to this process's questions, and waits for them within a bound."""

import asyncio
from uuid import uuid4
from weakref import WeakValueDictionary

from playground.engine.json_types import Json

ANSWER_S = 1.0
"""How long to wait for another process's answer."""


class Questions:
    """The open questions of one process. An answer for which nobody waits is dropped."""

    def __init__(self) -> None:
        self._open: WeakValueDictionary[str, asyncio.Future[Json]] = WeakValueDictionary()

    def open(self) -> "tuple[str, asyncio.Future[Json]]":
        """Return a new question's nonce and the future of its answer."""
        nonce = uuid4().hex
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._open[nonce] = answer
        return nonce, answer

    def take_answer(self, nonce: str, content: Json) -> None:
        """Give an answer to whoever waits for it; only the first one counts."""
        answer = self._open.get(nonce)
        if answer is not None and not answer.done():
            answer.set_result(content)


async def within_time(answer: "asyncio.Future[Json]") -> Json | None:
    """Return the answer, or None without one in time."""
    try:
        async with asyncio.timeout(ANSWER_S):
            return await answer
    except TimeoutError:
        return None
