"""A server that is killed loses no callback: one that was being sent, and those that were only stored.

A served process is needed: that what is committed and leased survives it is what is tested.
"""

import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

from playground.engine.json_types import Json
from tests.browser.site import prepare, serve_prepared
from tests.playground.callbacks.outboxes import JOINED, SHUTDOWN, TRANSCRIPT
from tests.playground.served_api import answer, prepared_key

WITHIN_S = 20.0


class Receiver:
    """Keeps what it gets; answers nothing before ``is_back`` is set."""

    def __init__(self) -> None:
        self.got: Queue[tuple[str, Json]] = Queue()
        self.is_back = threading.Event()

    def take(self) -> tuple[str, Json]:
        return self.got.get(timeout=WITHIN_S)


@contextmanager
def receiving() -> Iterator[tuple[Receiver, str]]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.got.put((self.headers["webhook-id"], json.loads(body)))
            if receiver.is_back.wait(WITHIN_S):
                self.send_response(204)
                self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield receiver, f"http://127.0.0.1:{server.server_port}/hook"
    finally:
        receiver.is_back.set()
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_killed_server_loses_no_callback(server_processes: None, tmp_path: Path) -> None:
    """W8: killed between sending and marking the first one, and between storing and sending the others."""
    prepare(tmp_path)
    with receiving() as (receiver, url):
        with serve_prepared(tmp_path, CALLBACKS="true") as site:
            key = prepared_key(site)
            persona = answer(site, key, "GET", "/v2/personas?limit=1")["data"][0]
            request = json.dumps({"persona_id": persona["persona_id"], "callback_url": url})
            started = answer(site, key, "POST", "/v2/conversations", request)
            answer(site, key, "POST", f"/v2/conversations/{started['conversation_id']}/end")
            before_id, before = receiver.take()
            os.kill(site.process_id, signal.SIGKILL)
        receiver.is_back.set()
        with serve_prepared(tmp_path, CALLBACKS="true"):
            after = [receiver.take() for _callback in range(3)]
        assert receiver.got.empty()
    assert [envelope["event_type"] for _, envelope in after] == [JOINED, SHUTDOWN, TRANSCRIPT]
    assert after[0] == (before_id, before)
    assert {envelope["conversation_id"] for _, envelope in after} == {started["conversation_id"]}
    assert before["webhook_url"] == url


def test_a_second_server_leaves_what_the_first_is_sending(server_processes: None, tmp_path: Path) -> None:
    """It begins with a look at what is due: the conversation that begins at it afterwards is told next."""
    prepare(tmp_path)
    with receiving() as (receiver, url), serve_prepared(tmp_path, CALLBACKS="true") as first:
        key = prepared_key(first)
        persona = answer(first, key, "GET", "/v2/personas?limit=1")["data"][0]
        request = json.dumps({"persona_id": persona["persona_id"], "callback_url": url})
        answer(first, key, "POST", "/v2/conversations", request)
        receiver.take()
        with serve_prepared(tmp_path, CALLBACKS="true") as second:
            begun = answer(second, key, "POST", "/v2/conversations", request)
            _, told = receiver.take()
            assert told["conversation_id"] == begun["conversation_id"]
            receiver.is_back.set()
