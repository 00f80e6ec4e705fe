"""Sockets of the site's own application, in the test's process; fixtures of whoever opens them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from dashboard.api_keys import make_key
from dashboard.asgi import application
from dashboard.roles import Role, group_of
from personas.models import Persona
from personas.saving import save_persona
from playground.models import Conversation
from playground.runner import runner
from tests.dashboard.roles import person

OWN = settings.SITE_URL
DEADLINE_S = 10.0


@pytest.fixture
def alice() -> User:
    return person(Role.EDITOR, "alice")


@pytest.fixture
def conversation(alice: User) -> str:
    persona = Persona(persona_name="Mert", address="/demo/v1", model="storyteller")
    version = save_persona(persona, by=alice)
    return Conversation.objects.create(owner=alice, persona_version=version).pk


@pytest.fixture
def cookie(alice: User) -> dict[str, str]:
    client = Client()
    client.force_login(alice)
    return {"cookie": f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"}


@pytest.fixture
def key(alice: User) -> dict[str, str]:
    return {"x-api-key": make_key("script", user=alice, role=group_of(Role.EDITOR))[1]}


class Socket:
    """One socket of the site's own application."""

    def __init__(self, key: str, headers: dict[str, str], *, of: str = "conversations") -> None:
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        self._wire = WebsocketCommunicator(
            application,
            f"/ws/{of}/{key}/",
            headers=encoded,
        )

    async def connect(self) -> bool:
        return (await self._wire.connect(DEADLINE_S))[0]

    async def closed_with(self) -> int:
        return (await self.closed())[0]

    async def closed(self) -> tuple[int, str]:
        """Return the code and the reason with which the site closes the socket."""
        async with asyncio.timeout(DEADLINE_S):
            while True:
                message = await self._wire.receive_output(DEADLINE_S)
                if message["type"] == "websocket.close":
                    return int(message["code"]), str(message.get("reason", ""))

    async def news(self) -> list[int] | None:
        """Return the numbers in the next message of an inspector's socket."""
        numbers: list[int] | None = (await self._wire.receive_json_from(DEADLINE_S))["numbers"]
        return numbers

    async def snapshot(self) -> str:
        """Return the name of the first event."""
        return str((await self._wire.receive_json_from(DEADLINE_S))["event_type"])

    async def until(self, event_type: str) -> dict[str, Any]:
        """Reads on to an event of this type; its properties."""
        async with asyncio.timeout(DEADLINE_S):
            while True:
                frame = await self._wire.receive_json_from(DEADLINE_S)
                for event in frame if isinstance(frame, list) else [frame]:
                    if event["event_type"] == event_type:
                        properties: dict[str, Any] = event["properties"]
                        return properties

    async def send(self, event_type: str, **properties: object) -> None:
        await self._wire.send_json_to({"event_type": event_type, "properties": properties})

    async def end(self) -> None:
        """Once the application has ended by itself; raises what it ended by."""
        await self._wire.wait(DEADLINE_S)

    async def disconnect(self) -> None:
        """Leave, and wait for what the runner still does for the socket."""
        await self._wire.disconnect()
        await asyncio.gather(*runner()._commands)


@asynccontextmanager
async def opened(key: str, headers: dict[str, str], *, of: str = "conversations") -> AsyncIterator[Socket]:
    socket = Socket(key, headers, of=of)
    assert await socket.connect()
    try:
        yield socket
    finally:
        await socket.disconnect()


async def close_code(conversation_id: str, headers: dict[str, str]) -> int:
    async with opened(conversation_id, headers) as socket:
        return await socket.closed_with()
