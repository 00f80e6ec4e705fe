"""Sends requests to inspectors' receiving application, without a server, and reads what it recorded."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from channels.db import database_sync_to_async
from django.contrib.auth.models import User

from playground.engine.json_text import json_bytes
from playground.engine.received_request import RECEIVED, ReceivedHead
from playground.inspectors.application import inspecting
from playground.inspectors.front_door import FrontDoor
from playground.models import InspectedRequest, Inspector

DEADLINE_S = 10.0
HELLO = json_bytes({"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}], "stream": True})
AT_ONCE = {"first_delta_ms": 0, "delta_ms": 0}


@dataclass
class Asked:
    """What a client got."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    parts: list[bytes] = field(default_factory=list)
    is_complete: bool = False
    is_broken_off: bool = False

    @property
    def body(self) -> bytes:
        return b"".join(self.parts)


class Caller:
    """One request, with the server's end of its connection."""

    def __init__(self, *body: bytes, leaves_after: int | None = None) -> None:
        """``body`` are the parts in which it arrives; ``leaves_after`` so many parts of the answer it hangs up."""
        self.asked = Asked()
        self._body = list(body)
        self._leaves_after = leaves_after
        self._has_left = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        if self._body:
            part = self._body.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(self._body)}
        await self._has_left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.asked.status, self.asked.headers = message["status"], message["headers"]
            return
        if message["body"]:
            self.asked.parts.append(message["body"])
        self.asked.is_complete = not message["more_body"]
        if self._leaves_after is not None and len(self.asked.parts) >= self._leaves_after:
            self.leave()

    def leave(self) -> None:
        self._has_left.set()

    def break_off(self) -> None:
        self.asked.is_broken_off = True
        self.leave()


def scope_of(
    inspector: Inspector,
    path: str,
    *,
    method: str = "POST",
    headers: Sequence[tuple[bytes, bytes]] = (),
    break_off: Callable[[], object] | None = None,
    **received: Any,
) -> dict[str, Any]:
    target, _, query = f"{inspector.path}{path}".partition("?")
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": target,
        "raw_path": target.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower(), value) for name, value in headers],
        "extensions": {RECEIVED: ReceivedHead("Daphne", tuple(headers), break_off, **received)},
    }


async def ask(
    inspector: Inspector,
    path: str = "/chat/completions",
    *,
    body: bytes | tuple[bytes, ...] = HELLO,
    method: str = "POST",
    headers: Sequence[tuple[bytes, bytes]] = (),
    door: FrontDoor | None = None,
    leaves_after: int | None = None,
) -> Asked:
    """Send one request, and return what came back once it is stored."""
    caller = Caller(*(body if isinstance(body, tuple) else (body,)), leaves_after=leaves_after)
    scope = scope_of(inspector, path, method=method, headers=headers, break_off=caller.break_off)
    async with asyncio.timeout(DEADLINE_S):
        await inspecting().receive(scope, caller.receive, caller.send, door or FrontDoor("203.0.113.7"))
        await inspecting().until_stored(DEADLINE_S)
    return caller.asked


async def newest(inspector: Inspector) -> InspectedRequest:
    """Return the inspector's newest request."""
    return await database_sync_to_async(
        lambda: InspectedRequest.objects.filter(inspector=inspector).order_by("-number")[0]
    )()


async def made(user: User, answer: Inspector.Answer = Inspector.Answer.TEXT, **fields: Any) -> Inspector:
    """Make an inspector that waits for nothing."""
    settings = AT_ONCE | fields.pop("answer_settings", {})
    return await Inspector.objects.acreate(
        maker=user, name="Mine", answer=answer, answer_settings=settings, **fields
    )
