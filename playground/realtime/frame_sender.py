"""A viewer's events onto its socket: at the pace of a screen, for as long as the viewer reads them."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from playground.realtime.frames import frames
from playground.realtime.hub import Viewer
from playground.timers import PutOffTimer

FRAME_S = 0.016
"""Events that follow each other faster than a screen shows them share a frame. The first of them goes at once, and so
does the first text of an answer, for which a person waits.
"""
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
    stalled = asyncio.timeout(None)
    patience = PutOffTimer(lambda: stalled.reschedule(asyncio.get_running_loop().time()))
    try:
        async with stalled:
            await _send_frames(viewer, send, is_open, patience)
    except TimeoutError:
        raise SlowReader from None
    finally:
        patience.close()


async def _send_frames(
    viewer: Viewer, send: SendFrame, is_open: Callable[[], bool], patience: PutOffTimer
) -> None:
    """Send each batch FRAME_S after the frame before it, or at once if that is longer ago or an answer begins."""
    clock_s = asyncio.get_running_loop().time
    due_s = 0.0
    while True:
        await viewer.until_news()
        if (early_s := due_s - clock_s()) > 0:
            await _until_answer_begins(viewer, early_s)
        for place, frame in enumerate(frames(viewer.take_encoded())):
            if place:
                await asyncio.sleep(due_s - clock_s())
            if not is_open():
                return
            if viewer.lagged:
                raise SlowReader
            await _send_patiently(frame, send, patience)
            due_s = clock_s() + FRAME_S


async def _until_answer_begins(viewer: Viewer, within_s: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            await viewer.until_answer_begins()


async def _send_patiently(frame: str, send: SendFrame, patience: PutOffTimer) -> None:
    """Send it; ``patience`` ends if the viewer's side doesn't take it in time."""
    patience.set(asyncio.get_running_loop().time() + STALLED_S + len(frame) / SLOWEST_BYTES_S)
    await send(frame)
    patience.unset()
