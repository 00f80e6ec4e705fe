"""An LLM server that sends one line at a time and records the times on its own clock."""

import json
import time
from typing import Any

from tests.browser.loopback import LoopbackServer, QuietHandler

LINES = [f"This is line {number} of the story.\n" for number in range(1, 13)]
OPENING = "Well, "
"""Said at once: a sentence that takes no time to arrive has no place in the timeline's table."""
GAP_S = 0.4
"""Two lines that a busy machine hands over together would be one to the page."""


class ClockedLLM(LoopbackServer):
    """Answers each chat completion with ``OPENING`` and ``LINES``, one delta each, ``GAP_S`` apart."""

    def __init__(self) -> None:
        super().__init__(_Answer)
        self.sent_at: list[float] = []
        """When each line left, in seconds since 1970."""

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class _Answer(QuietHandler):
    server: ClockedLLM

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self._send({"content": OPENING})
        for line in LINES:
            time.sleep(GAP_S)
            self.server.sent_at.append(time.time())
            self._send({"content": line})
        self._send({}, "stop")
        self.wfile.write(b"data: [DONE]\n\n")

    def _send(self, delta: dict[str, Any], finish_reason: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        self.wfile.write(f"data: {json.dumps({'choices': [choice]})}\n\n".encode())
        self.wfile.flush()
