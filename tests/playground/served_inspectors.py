"""Inspectors of a served site, made by its form and watched over its socket."""

import json
import re
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from tests.browser.site import Site
from tests.playground.socket_client import DEADLINE_S


@dataclass(frozen=True, slots=True)
class MadeInspector:
    id: str
    path: str
    """Its base URL within the site."""


def make_inspector(site: Site, cookies: str, **fields: str) -> MadeInspector:
    """Fill in the form; without ``fields`` it says a text at once."""
    page = f"{site.url}/inspectors/new/"
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', read(page, cookies))
    assert token is not None
    typed = {"name": "Mine", "lifetime_days": "7", "answer": "text", "text": "Hi.", "first_delta_ms": "0"}
    typed |= {"delta_ms": "0", "csrfmiddlewaretoken": token[1]} | fields
    headers = {"Cookie": f"{cookies}; csrftoken={token[1]}", "Origin": site.url}
    request = urllib.request.Request(page, urlencode(typed).encode(), headers)
    with urllib.request.urlopen(request, timeout=DEADLINE_S) as response:
        made = response.url.rstrip("/").rpartition("/")[2]
        address = re.search(r"/inspect/[A-Za-z0-9_-]+", response.read().decode())
    assert address is not None
    return MadeInspector(made, address[0])


def read(url: str, cookies: str) -> str:
    request = urllib.request.Request(url, headers={"Cookie": cookies})
    with urllib.request.urlopen(request, timeout=DEADLINE_S) as response:
        text: str = response.read().decode()
        return text


@asynccontextmanager
async def watching(site: Site, inspector: MadeInspector, cookies: str) -> AsyncIterator[ClientConnection]:
    """A viewer of the inspector's list, who has been told that it is live."""
    url = f"{site.url.replace('http', 'ws', 1)}/ws/inspectors/{inspector.id}/"
    async with connect(url, origin=Origin(site.url), additional_headers={"Cookie": cookies}) as socket:
        assert json.loads(await socket.recv(decode=True)) == {"numbers": []}
        yield socket
