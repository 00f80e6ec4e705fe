"""Ends a server that does not stop in time, as while its database hangs: a supervisor would kill it without a word."""

import logging
import os
import threading
import time

logger = logging.getLogger(__name__)


def end_unless_stopped(stopping: threading.Event, within_s: float) -> None:
    """End this process ``within_s`` after ``stopping`` is set, whatever still runs in it."""
    threading.Thread(target=_end, args=(stopping, within_s), name="forced exit", daemon=True).start()


def _end(stopping: threading.Event, within_s: float) -> None:
    stopping.wait()
    time.sleep(within_s)
    logger.error("The server did not stop within %g s. What is not stored yet is lost.", within_s)
    logging.shutdown()
    os._exit(1)
