"""A response body, read as it arrives."""

from abc import abstractmethod
from typing import Self

import httpx


class Body(httpx.AsyncByteStream):
    """An iterator rather than a generator: abandoned midway, it needs no event loop for its cleanup."""

    @abstractmethod
    async def read(self) -> bytes:
        """Return all unread data that has arrived, empty at the end. Raises UpstreamError if the connection breaks."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if chunk := await self.read():
            return chunk
        raise StopAsyncIteration
