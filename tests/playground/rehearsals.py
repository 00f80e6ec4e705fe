"""Conversations in the database, and a runner that talks to a scripted LLM."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from django.contrib.auth.models import User

from personas.models import PersonaVersion
from playground.engine.json_types import Json
from playground.engine.limits import DEFAULT_LIMITS, Limits
from playground.models import Conversation
from playground.realtime.hub import Viewer
from playground.realtime.layer_link import Layer
from playground.runner import Runner
from tests.playground.scripted_llm import ScriptedLLM, Step

DEADLINE_S = 20.0

DOCUMENT: Json = {
    "persona_name": "Mert the Storyteller",
    "system_prompt": "You are a storyteller.",
    "context": "",
    "llm": {"platform": "tavus", "address": "http://127.0.0.1:9/v1", "model": "m"},
}


def make_conversation(owner: User, document: Json | None = None, **fields: Any) -> Conversation:
    """Return a conversation that is heard at once, on a persona version of its own."""
    version = PersonaVersion.objects.create(
        persona_ref="p000000000001", number=PersonaVersion.objects.count() + 1, document=document or DOCUMENT
    )
    fields.setdefault("properties", {"simulated_speech": "instant"})
    return Conversation.objects.create(owner=owner, persona_version=version, **fields)


class Watcher:
    """A viewer that collects its events."""

    def __init__(self, viewer: Viewer, *, deadline_s: float = DEADLINE_S) -> None:
        self._viewer = viewer
        self._deadline_s = deadline_s
        self._taken: deque[Json] = deque()
        self.events: list[Json] = []

    async def until(self, is_wanted: Callable[[Json], bool]) -> Json:
        """Return the next event for which ``is_wanted`` is true; fails after ``deadline_s``."""
        async with asyncio.timeout(self._deadline_s):
            while True:
                if not self._taken:
                    self._taken.extend(await self._viewer.take())
                event = self._taken.popleft()
                self.events.append(event)
                if is_wanted(event):
                    return event

    async def until_closed(self) -> Json:
        return await self.until(
            lambda event: (
                event["event_type"]
                in {"playground.turn.completed", "playground.turn.interrupted", "playground.turn.failed"}
            )
        )

    def types(self) -> list[str]:
        return [event["event_type"] for event in self.events]


@asynccontextmanager
async def running(
    *scripts: list[Step], limits: Limits = DEFAULT_LIMITS, layer: Layer | None = None
) -> AsyncIterator[Runner]:
    """A runner whose LLM plays these scripts, one a request; shut down at the end."""
    made = Runner(limits=limits, open_completion=ScriptedLLM(*scripts), pick=lambda _: 0, layer=layer)
    await made.start()
    try:
        yield made
    finally:
        await made.shutdown(within_s=DEADLINE_S)


def watch(runner: Runner, conversation: Conversation) -> Watcher:
    return Watcher(runner.hub.attach(conversation.pk))
