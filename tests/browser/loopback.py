"""A small HTTP server on loopback, in a thread while a test looks at a page."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeVar

POLL_S = 0.05


class LoopbackServer(ThreadingHTTPServer):
    """On a free port; its answers come from ``handler``."""

    daemon_threads = True

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)


class QuietHandler(BaseHTTPRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: what the server keeps is the log."""


ServerT = TypeVar("ServerT", bound=LoopbackServer)


@contextmanager
def serving(server: ServerT) -> Iterator[ServerT]:
    """The server answers until the block is left."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(POLL_S,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
