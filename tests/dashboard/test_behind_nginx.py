"""The site behind a real nginx, as README configures it: over TLS, with sockets, clients told apart by the proxy."""

import asyncio
import json
import ssl
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Origin

from playground.engine.json_types import Json
from tests.browser.site import HOST, Site, free_port, serve_site
from tests.dashboard.nginx import Visitor, proxying
from tests.llm_server.ports import Authority
from tests.playground.served_api import prepared_key
from tests.playground.socket_client import Client
from tests.services import program

PASSWORD = "correct horse battery"
MAKE_USERS = f"""
from django.contrib.auth.models import User
for name in ("ann", "ben", "cleo"):
    User.objects.create_user(name, password="{PASSWORD}")
"""
STORYTELLER = "Mert the Storyteller"
FAILURES = 5


@dataclass(frozen=True, slots=True)
class Proxied:
    site: Site
    trusts: ssl.SSLContext

    def at(self, address: str) -> Visitor:
        return Visitor(self.site, self.trusts, address)


@pytest.fixture(scope="module")
def proxied(server_processes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    program("nginx")
    folder = tmp_path_factory.mktemp("nginx")
    authority = Authority(folder)
    port, app_port = free_port(), free_port()
    settings = {"SITE_URL": f"https://{HOST}:{port}", "BEHIND_PROXY": "true", "PORT": str(app_port)}
    with serve_site(folder / "data", **settings) as site:
        certificate = authority.certify(HOST)
        with proxying(site, port=port, app_port=app_port, certificate=certificate, folder=folder):
            site.manage("shell", "--no-imports", "-c", MAKE_USERS)
            yield Proxied(site, ssl.create_default_context(cafile=authority.file))


def test_sign_in_is_throttled_by_the_clients_address_and_not_by_the_proxys(proxied: Proxied) -> None:
    attacker, owner = proxied.at("127.0.0.2"), proxied.at("127.0.0.3")
    statuses = [attacker.sign_in("ann", "wrong") for _ in range(FAILURES)]
    assert statuses == [200] * (FAILURES - 1) + [429]
    assert attacker.sign_in("ann", PASSWORD) == 429
    assert owner.sign_in("ann", PASSWORD) == 302


def test_another_forwarded_address_each_time_gains_nothing(proxied: Proxied) -> None:
    attacker = proxied.at("127.0.0.4")
    forged = [{"X-Forwarded-For": f"203.0.113.{number}"} for number in range(FAILURES)]
    assert [attacker.sign_in("ben", "wrong", **headers) for headers in forged][-1] == 429
    assert attacker.sign_in("ben", PASSWORD, **{"X-Forwarded-For": "127.0.0.3"}) == 429


def test_nobody_gets_another_address_throttled(proxied: Proxied) -> None:
    for _ in range(FAILURES):
        proxied.at("127.0.0.5").sign_in("cleo", "wrong", **{"X-Forwarded-For": "127.0.0.6"})
    assert proxied.at("127.0.0.6").sign_in("cleo", PASSWORD) == 302


async def test_a_turn_is_told_over_a_socket_through_the_proxy(proxied: Proxied) -> None:
    site, key = proxied.site, prepared_key(proxied.site)
    conversation_id = await asyncio.to_thread(new_conversation, proxied, key)
    async with connect(
        f"{site.url.replace('https', 'wss')}/ws/conversations/{conversation_id}/",
        ssl=proxied.trusts,
        origin=Origin(site.url),
        additional_headers={"x-api-key": key},
    ) as socket:
        client = Client(socket)
        await client.send("conversation.respond", text="Tell me a story.")
        closed = await client.until_closed()
    assert client.events[-1]["event_type"] == "playground.turn.completed"
    assert closed["text"]


def new_conversation(proxied: Proxied, key: str) -> str:
    """Return the id of one with a persona of the demo data, made through the proxy."""
    personas = _ask(proxied, key, "/v2/personas?limit=100")["data"]
    persona_id = next(row["persona_id"] for row in personas if row["persona_name"] == STORYTELLER)
    body = {"persona_id": persona_id, "properties": {"simulated_speech": "instant"}}
    return str(_ask(proxied, key, "/v2/conversations", body)["conversation_id"])


def _ask(proxied: Proxied, key: str, path: str, body: Json | None = None) -> Json:
    sent = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(proxied.site.url + path, sent, {"x-api-key": key})
    with urllib.request.urlopen(request, timeout=10, context=proxied.trusts) as response:
        answer: Json = json.load(response)
    return answer
