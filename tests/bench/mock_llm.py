"""`python -m tests.bench.mock_llm`: an LLM that answers as it is asked to, each delta a stamp of when it was sent.

The first delta holds two: when the request had arrived, and when the delta was sent. `GET /` tells how many requests
came, and how many bytes of bodies.
"""

import asyncio
import json
import sys
from functools import cache
from typing import cast

import orjson
import uvloop

from tests.bench.answers import Answer, asked
from tests.bench.stamps import LETTERS, now_us, stamp

HOST = "127.0.0.1"
SENTENCE_DELTAS = 12
"""Each sentence has as many words."""
BLOCK_DELTAS = 5 * SENTENCE_DELTAS
"""How many deltas are written at once where none waits for its time."""
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
_PLACE = "~" * LETTERS
_CAPITAL = "^" * LETTERS


def _event(choice: dict[str, object]) -> bytes:
    """Return a chunk of the HTTP body with one event, as most servers send it."""
    about = {
        "id": "chatcmpl-bench",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "bench",
    }
    data = b"data: " + orjson.dumps({**about, "choices": [{"index": 0, **choice}]}) + b"\n\n"
    return b"%x\r\n%b\r\n" % (len(data), data)


def _delta(text: str) -> bytes:
    return _event({"delta": {"content": text}, "finish_reason": None})


_DONE = b"data: [DONE]\n\n"
END = _event({"delta": {}, "finish_reason": "stop"}) + b"%x\r\n%b\r\n0\r\n\r\n" % (len(_DONE), _DONE)


@cache
def _deltas(first: int, count: int) -> bytes:
    """Return deltas of an answer, to be stamped; a sentence begins every SENTENCE_DELTAS."""
    return b"".join(_delta(_word(place)) for place in range(first, first + count))


def _word(place: int) -> str:
    if place == 0:
        return f"{_CAPITAL} {_PLACE}"
    in_sentence = place % SENTENCE_DELTAS
    word = _CAPITAL if in_sentence == 0 else _PLACE
    return f" {word}." if in_sentence == SENTENCE_DELTAS - 1 else f" {word}"


def stamped_deltas(first: int, count: int, sent_us: int, arrived_us: int = 0) -> bytes:
    """Return deltas that are sent now; those at the same place of a sentence are the same bytes."""
    word = stamp(sent_us)
    place = first % SENTENCE_DELTAS or (SENTENCE_DELTAS if first else 0)
    opening = stamp(arrived_us) if first == 0 else word
    written = _deltas(place, count).replace(_PLACE.encode(), word.encode())
    if first == 0:
        written = written.replace(_CAPITAL.encode(), opening.capitalize().encode(), 1)
    return written.replace(_CAPITAL.encode(), word.capitalize().encode())


class MockLLM(asyncio.Protocol):
    """One connection; its requests come one after the other."""

    requests = 0
    body_bytes = 0

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._received = bytearray()
        self._timer: asyncio.Handle | None = None
        self._answer = Answer(0)
        self._sent = 0
        self._arrived_us = 0
        self._began_s = 0.0
        self._is_paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own class is none of asyncio's

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, separator, body = bytes(self._received).partition(b"\r\n\r\n")
        if not separator or len(body) < (length := _content_length(head)):
            return
        del self._received[: len(head) + 4 + length]
        if head.startswith(b"GET"):
            self._tell()
            return
        MockLLM.requests += 1
        MockLLM.body_bytes += length
        self._begin(asked(orjson.loads(body[:length])["messages"][-1]["content"]))

    def connection_lost(self, error: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def pause_writing(self) -> None:
        self._is_paused = True

    def resume_writing(self) -> None:
        self._is_paused = False
        if self._answer.gap_ms == 0 and self._sent < self._answer.deltas:
            self._go_on()

    def _tell(self) -> None:
        counted = json.dumps({"requests": MockLLM.requests, "body_bytes": MockLLM.body_bytes}).encode()
        self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(counted), counted))

    def _begin(self, answer: Answer) -> None:
        self._answer, self._sent, self._arrived_us = answer, 0, now_us()
        self._began_s = asyncio.get_running_loop().time()
        self._transport.write(HEAD)
        self._go_on()

    def _go_on(self) -> None:
        """Send what is due, and come back for the rest."""
        loop = asyncio.get_running_loop()
        left = self._answer.deltas - self._sent
        paced = self._answer.gap_ms > 0
        count = 1 if paced else min(left, BLOCK_DELTAS - self._sent % BLOCK_DELTAS)
        self._transport.write(stamped_deltas(self._sent, count, now_us(), self._arrived_us))
        self._sent += count
        if self._sent == self._answer.deltas:
            self._timer = None
            self._transport.write(END)
        elif paced:
            self._timer = loop.call_at(self._began_s + self._sent * self._answer.gap_ms / 1000, self._go_on)
        elif not self._is_paused:
            self._timer = loop.call_soon(self._go_on)


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def main() -> None:
    """Listen at a free port, print it, and serve until the process is ended."""
    server = await asyncio.get_running_loop().create_server(MockLLM, HOST, 0, backlog=4096)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
