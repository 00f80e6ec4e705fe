"""A viewer's events onto its socket: at the pace of a screen, for as long as the viewer reads them."""

import asyncio
from collections.abc import Awaitable, Callable

from playground.realtime.frames import frames
from playground.realtime.hub import Viewer

FRAME_S = 0.016
"""Events that follow each other faster than a screen shows them share a frame; the first goes at once."""
STALLED_S = 10.0
"""How long a viewer may read nothing before it is let go; a long frame has more time."""
SLOWEST_BYTES_S = 16 * 1024
"""How fast a viewer has to read a frame in any case."""
GONE = (OSError,)
"""How a server says that the client has left, by the specification of ASGI."""

SendFrame = Callable[[str], Awaitable[object]]


class SlowReader(Exception):
    """The viewer reads too slowly: it is to be let go."""


async def send_frames(viewer: Viewer, send: SendFrame, *, is_open: Callable[[], bool]) -> None:
    """Send the viewer's events while the socket ``is_open``. Raises SlowReader, or one of GONE."""
    while True:
        batch = await viewer.take()
        for frame in frames(batch):
            if not is_open():
                return
            if viewer.lagged or not await _is_read(frame, send):
                raise SlowReader
            await asyncio.sleep(FRAME_S)


async def _is_read(frame: str, send: SendFrame) -> bool:
    """Send it; whether the viewer's side took it in time."""
    try:
        async with asyncio.timeout(STALLED_S + len(frame) / SLOWEST_BYTES_S):
            await send(frame)
    except TimeoutError:
        return False
    return True
