"""Questions to other processes, by a name each, and the answers that come in time."""

import asyncio
from uuid import uuid4
from weakref import WeakValueDictionary

from playground.engine.json_types import Json

ANSWER_S = 1.0
"""How long to wait for another process's answer."""


class Questions:
    """Those of one process. An answer is forgotten when nobody waits for it."""

    def __init__(self) -> None:
        self._asked: WeakValueDictionary[str, asyncio.Future[Json]] = WeakValueDictionary()

    def open(self) -> "tuple[str, asyncio.Future[Json]]":
        """Return a new question's name, and its answer to come."""
        nonce = uuid4().hex
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._asked[nonce] = answer
        return nonce, answer

    def take_answer(self, nonce: str, told: Json) -> None:
        """Give an answer to whoever waits for it; only the first one counts."""
        answer = self._asked.get(nonce)
        if answer is not None and not answer.done():
            answer.set_result(told)


async def within_time(answer: "asyncio.Future[Json]") -> Json | None:
    """Return the answer, or None without one in time."""
    try:
        async with asyncio.timeout(ANSWER_S):
            return await answer
    except TimeoutError:
        return None
