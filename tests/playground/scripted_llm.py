"""An LLM at the outermost edge: it plays a script of bytes and waits, and remembers how it was left."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from playground.engine.errors.codes import UpstreamError
from playground.engine.limits import Limits
from playground.engine.wire_request import WireRequest

DEADLINE_S = 5.0
Step = bytes | float | UpstreamError | asyncio.Event
"""Bytes that come, seconds that pass, or an error that ends the connection."""


def chunk(delta: dict[str, Any], finish_reason: str | None = None) -> bytes:
    """Return one SSE payload as an OpenAI server sends it."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    body = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "m", "choices": [choice]}
    return f"data: {json.dumps(body)}\n\n".encode()


def text(words: str) -> bytes:
    return chunk({"content": words})


def call(index: int, **parts: Any) -> bytes:
    """Return a fragment of a tool call: ``id``, ``name``, ``arguments``."""
    function = {key: parts[key] for key in ("name", "arguments") if key in parts}
    fragment: dict[str, Any] = {"index": index, "function": function}
    if "id" in parts:
        fragment |= {"id": parts["id"], "type": "function"}
    return chunk({"tool_calls": [fragment]})


ROLE = chunk({"role": "assistant", "content": ""})
STOP = chunk({}, "stop")
TOOL_CALLS = chunk({}, "tool_calls")
DONE = b"data: [DONE]\n\n"
END = STOP + DONE


class ScriptedResponse:
    def __init__(self, llm: "ScriptedLLM", script: Sequence[Step]) -> None:
        self.status = 200
        self.headers = (("content-type", "text/event-stream"),)
        self.http_version = "1.1"
        self._llm = llm
        self._script = script

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        for step in self._script:
            match step:
                case bytes():
                    yield step
                case UpstreamError():
                    raise step
                case asyncio.Event():
                    await step.wait()
                case seconds:
                    await asyncio.sleep(seconds)


class ScriptedLLM:
    """Give it as ``open_completion``. Each attempt plays the next script; an error as the first step refuses it."""

    def __init__(self, *scripts: Sequence[Step], connects_after_s: float = 0.0) -> None:
        self._scripts = list(scripts)
        self._connects_after_s = connects_after_s
        self.requests: list[WireRequest] = []
        self.left_at_s: list[float] = []
        self._changed = asyncio.Event()

    async def until(self, is_so: Callable[["ScriptedLLM"], bool]) -> None:
        """Wait until what has been asked of it, or how often it was left, is as described."""
        async with asyncio.timeout(DEADLINE_S):
            while not is_so(self):
                self._changed.clear()
                await self._changed.wait()

    @asynccontextmanager
    async def __call__(
        self, request: WireRequest, *, limits: Limits, secrets: tuple[str, ...]
    ) -> AsyncIterator[Any]:
        self.requests.append(request)
        self._changed.set()
        script = self._scripts.pop(0)
        if script and isinstance(script[0], UpstreamError):
            raise script[0]
        try:
            await asyncio.sleep(self._connects_after_s)
            yield ScriptedResponse(self, script)
        finally:
            self.left_at_s.append(asyncio.get_running_loop().time())
            self._changed.set()
