"""Through the front doors: an address typed into the form or sent to the API, a word said, and a listener that counts.

Nothing between them is replaced: form, API, rows, socket, runner and client are the served ones.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import pytest
import pytest_asyncio
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from dashboard.asgi import application
from personas.models import PersonaVersion
from playground.engine.json_types import Json
from playground.models import Conversation
from playground.runner import runner
from tests.api import CONVERSATIONS, PERSONAS, AsyncApiClient, key_for
from tests.conftest import signed_in
from tests.playground.rehearsals import DEADLINE_S

SITE = settings.SITE_URL
"""The origin that sockets are taken from, whatever a test makes of the setting."""


@dataclass
class Listener:
    """A port of this machine that should stay untouched, over IPv4 and IPv6."""

    port: int
    connections: int = 0


class FrontDoor:
    """Someone who may do everything, with a browser's two ways in."""

    def __init__(self, user: User, client: Client) -> None:
        self._user = user
        self.client = client

    async def enter(
        self, base_url: str, *, platform: str = "tavus", key: str = "", model: str = "gpt-4o"
    ) -> Conversation | None:
        """Try the endpoint in the form; None where the form refuses the address and says so."""
        fields = {"base_url": base_url, "key": key, "model": model, "platform": platform}
        return await database_sync_to_async(self._post)(fields)

    async def say(self, conversation: Conversation) -> Json:
        """Say something over the conversation's socket; the properties of the turn's last event."""
        cookie = f"{settings.SESSION_COOKIE_NAME}={self.client.cookies[settings.SESSION_COOKIE_NAME].value}"
        headers = [(b"cookie", cookie.encode()), (b"origin", SITE.encode())]
        socket = WebsocketCommunicator(application, f"/ws/conversations/{conversation.pk}/", headers)
        assert (await socket.connect())[0]
        command = {"event_type": "conversation.respond", "properties": {"text": "Hello"}}
        await socket.send_json_to(command)
        try:
            return await self._closing(socket)
        finally:
            await socket.disconnect()

    async def say_to(self, base_url: str) -> Json:
        """Enter the address and speak; where the form refused it, what a row from before the form would do."""
        return await self.say(await self.enter(base_url) or await self.old_row(base_url))

    async def old_row(self, base_url: str) -> Conversation:
        """Return a conversation with this address, stored past every form."""
        return await database_sync_to_async(self._store)(base_url)

    async def _closing(self, socket: WebsocketCommunicator) -> Json:
        async with asyncio.timeout(DEADLINE_S):
            while True:
                frame = json.loads(await socket.receive_from(DEADLINE_S))
                for event in frame if isinstance(frame, list) else [frame]:
                    if event["event_type"].startswith("playground.turn.") and "error" in event["properties"]:
                        properties: Json = event["properties"]
                        return properties

    def _post(self, fields: dict[str, str]) -> Conversation | None:
        response = self.client.post("/playground/try/", fields)
        if response.status_code == 422:
            assert 'class="errorlist"' in response.content.decode()
            return None
        conversation_id = response.headers["Location"].strip("/").split("/")[-1]
        Conversation.objects.filter(pk=conversation_id).update(properties={"simulated_speech": "instant"})
        return Conversation.objects.get(pk=conversation_id)

    def _store(self, base_url: str) -> Conversation:
        llm = {"platform": "tavus", "address": base_url, "model": "gpt-4o"}
        version = PersonaVersion.objects.create(
            persona_ref="p000000000001",
            number=PersonaVersion.objects.count() + 1,
            document={"persona_name": "Ann", "llm": llm},
        )
        return Conversation.objects.create(
            owner=self._user, persona_version=version, properties={"simulated_speech": "instant"}
        )


class ApiDoor(FrontDoor):
    """The same person with a key of the HTTP API: a persona, a conversation, and a turn over server-sent events."""

    def __init__(self, user: User, client: Client, api: AsyncApiClient) -> None:
        super().__init__(user, client)
        self._api = api

    async def enter(
        self, base_url: str, *, platform: str = "tavus", key: str = "", model: str = "gpt-4o"
    ) -> Conversation | None:
        """Return None if the API refuses the address with its path, in Tavus' shape."""
        assert platform == "tavus"
        llm = {"model": model, "base_url": base_url} | ({"api_key": key} if key else {})
        persona = {"persona_name": "Ann", "system_prompt": "Be brief.", "layers": {"llm": llm}}
        made = await self._send(PERSONAS, persona)
        if made.status_code == HTTPStatus.BAD_REQUEST:
            assert made.json()["field"] == "layers.llm.base_url"
            return None
        request = {"persona_id": made.json()["persona_id"], "properties": {"simulated_speech": "instant"}}
        begun = (await self._send(CONVERSATIONS, request)).json()
        assert not begun["greenroom"]["stand_in"]
        return await Conversation.objects.aget(pk=begun["conversation_id"])

    async def say(self, conversation: Conversation) -> Json:
        response = await self._send(
            f"/v2/greenroom/conversations/{conversation.pk}/respond", {"text": "Hello"}
        )
        async with asyncio.timeout(DEADLINE_S):
            body = b"".join([piece async for piece in response.streaming_content]).decode()
        last = body.rstrip().rpartition("\ndata: ")[2]
        properties: Json = json.loads(last)["properties"]
        return properties

    async def _send(self, path: str, body: Json) -> Any:
        return await self._api.post(path, json.dumps(body), content_type="application/json")


@pytest_asyncio.fixture
async def front_door(transactional_db: None, admin_user: User) -> AsyncIterator[FrontDoor]:
    client = await database_sync_to_async(signed_in)(admin_user)
    yield FrontDoor(admin_user, client)
    await runner().shutdown(DEADLINE_S)


@pytest_asyncio.fixture(params=["browser", "api"])
async def door(request: pytest.FixtureRequest, front_door: FrontDoor, admin_user: User) -> FrontDoor:
    """Each way in, one after the other."""
    if request.param == "browser":
        return front_door
    key = await database_sync_to_async(key_for)(admin_user)
    return ApiDoor(admin_user, front_door.client, AsyncApiClient(key))


@pytest_asyncio.fixture
async def listener() -> AsyncIterator[Listener]:
    """A listener that fails the test if anything has connected to it."""
    listening = Listener(0)

    def count(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        listening.connections += 1
        writer.close()

    async with await asyncio.start_server(count, "127.0.0.1", 0) as four:
        listening.port = four.sockets[0].getsockname()[1]
        async with await asyncio.start_server(count, "::1", listening.port):
            yield listening
            await asyncio.sleep(0)
            assert listening.connections == 0
