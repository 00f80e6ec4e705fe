"""The lifespan of a serving process: what it does before the first request and after the last one."""

import asyncio
import gc
import logging
import sys
import threading
from contextlib import suppress

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, LifespanScope
from django.conf import settings

from dashboard import data_lock
from playground.callbacks.workers import callback_workers
from playground.failures import log_loop_failure
from playground.housekeeping import Housekeeping
from playground.inspectors.application import inspecting
from playground.outgoing import client
from playground.realtime.layer_link import shared_layer
from playground.runner import runner
from playground.storage.database_thread import close_connection, in_database_thread

logger = logging.getLogger(__name__)

DRAIN_S = 3.0
"""Timeout for storing turns at shutdown, after STOPPING_MS: supervisors send SIGKILL 10 s after SIGTERM."""
INSPECTED_S = 0.5
"""How long storing what inspectors were sent may take then."""
CLOSING_S = 0.5
"""How long the database thread may take to close its connection, after whatever it is doing."""
FORCED_S = 4.8
"""How long after STOPPING_MS a server ends even if something in it waits for a database that hangs."""
TELLING_S = 0.5
"""How long sockets stay open after the drain, for the frames that tell how their turns ended."""

SWITCH_S = 0.0002
"""How long a thread that computes may keep the interpreter's lock: the event loop waits for it after system calls."""


housekeeping = Housekeeping()
stopping = threading.Event()
"""Set once this process begins to stop."""


async def start() -> None:
    """Lock the data folder, start this event loop's runner and make its HTTP transports. Raises DataInUseError.

    They are made now, because loading its TLS settings takes longer than a local LLM's answer: no turn's TTFB
    should include it. From now on the loop's failures are logged without their words.
    """
    data_lock.share(settings.GREENROOM_DATA)
    asyncio.get_running_loop().set_exception_handler(log_loop_failure)
    client.transports()
    await runner().start()
    is_only_process = data_lock.join_servers(settings.GREENROOM_DATA) and shared_layer() is None
    await callback_workers().start(is_only_process=is_only_process)
    inspecting().start()
    housekeeping.start()
    sys.setswitchinterval(SWITCH_S)
    gc.freeze()  # a full collection would look through all modules, and every turn would wait for it


async def drain() -> None:
    """Let the open turns end, interrupt the rest, store all, then close the connections to LLMs and the database."""
    stopping.set()
    await housekeeping.stop()
    await runner().let_end(settings.STOPPING_MS / 1000)
    await runner().shutdown(DRAIN_S)
    await callback_workers().stop()
    await inspecting().stop(INSPECTED_S)
    await client.aclose()
    with suppress(TimeoutError):
        async with asyncio.timeout(CLOSING_S):
            await in_database_thread(close_connection)()


async def lifespan(scope: LifespanScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Implement ASGI's lifespan protocol for other servers; `manage.py serve` does the same, in its own order."""
    await receive()
    try:
        await start()
    except data_lock.DataInUseError as error:
        await send({"type": "lifespan.startup.failed", "message": str(error)})
        return
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await drain()
    await send({"type": "lifespan.shutdown.complete"})
