"""The body of an answer as it arrives."""

from abc import abstractmethod
from typing import Self

import httpx


class Body(httpx.AsyncByteStream):
    """An iterator rather than a generator: one that is left in the middle needs no event loop to be cleaned up."""

    @abstractmethod
    async def read(self) -> bytes:
        """All that has arrived and was not read yet; empty at the end. Raises UpstreamError if it breaks off."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if chunk := await self.read():
            return chunk
        raise StopAsyncIteration
