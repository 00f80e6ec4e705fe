"""A tool endpoint on loopback with a fixed result, which records the requests it gets."""

import json
from typing import Any

from tests.browser.loopback import LoopbackServer, QuietHandler

RESULT = {"temperature": 17}


class ToolEndpoint(LoopbackServer):
    def __init__(self) -> None:
        super().__init__(_Answer)
        self.calls: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/run"


class _Answer(QuietHandler):
    server: ToolEndpoint

    def do_POST(self) -> None:
        self.server.calls.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        body = json.dumps(RESULT).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
