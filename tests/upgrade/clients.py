"""Clients of the served site: a browser without a screen, a script with an API key, a socket."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import copy
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import (
    HTTPCookieProcessor,
    HTTPRedirectHandler,
    OpenerDirector,
    Request,
    build_opener,
    urlopen,
)

from websockets.asyncio.client import connect

from playground.engine.json_types import Json
from tests.playground.socket_client import Client
from tests.upgrade.pages import form_of
from tests.upgrade.served import SITE_URL, Served

DEADLINE_S = 20.0


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


class Browser:
    """Signed in by a link; posts forms as pages do."""

    def __init__(self, site: Served, link: str) -> None:
        self._site = site
        self._open_with(CookieJar())
        self.get(link.removeprefix(site.url))
        self._token = form_of(self.get("/playground/")).values["csrfmiddlewaretoken"]

    def another_window(self) -> "Browser":
        """Of the same session; what was saved in the one is not announced in the other."""
        window = copy(self)
        cookies = CookieJar()
        for cookie in self._cookies:
            cookies.set_cookie(cookie)
        window._open_with(cookies)
        return window

    def _open_with(self, cookies: CookieJar) -> None:
        self._cookies = cookies
        self._opener = build_opener(HTTPCookieProcessor(cookies))
        self._staying = build_opener(HTTPCookieProcessor(cookies), _NoRedirect)

    def get(self, path: str) -> str:
        """Return the page, after redirects. Raises AssertionError for any status but 200."""
        return self._asked(self._opener, Request(self._site.url + path))

    def post(self, path: str, values: dict[str, str]) -> str:
        """Send values as a form; the page itself that answers."""
        return self._asked(self._opener, self._form(path, values))

    def save(self, path: str, values: dict[str, str]) -> str:
        """Send values as a form that is stored; the path of the page where one is sent then."""
        request = self._form(path, values)
        try:
            self._asked(self._staying, request)
        except HTTPError as redirect:
            with redirect:
                return urlsplit(redirect.headers["Location"]).path
        raise AssertionError(f"{path}: not stored")

    def fill_in(self, path: str, values: dict[str, str]) -> str:
        """Open the form's page, enter values and store it; the path of the page where one is sent then."""
        return self.save(path, form_of(self.get(path)).filled_in(values))

    def _form(self, path: str, values: dict[str, str]) -> Request:
        data = urlencode(values | {"csrfmiddlewaretoken": self._token}).encode()
        return Request(self._site.url + path, data=data, headers={"Origin": SITE_URL})

    def _asked(self, opener: OpenerDirector, request: Request) -> str:
        try:
            with opener.open(request, timeout=DEADLINE_S) as answer:
                page: str = answer.read().decode()
                return page
        except HTTPError as error:
            if error.code in (301, 302):
                raise
            raise AssertionError(
                f"{request.full_url}: {error.code}\n{error.read().decode()[:4000]}"
            ) from None


class Script:
    """Presents an API key."""

    def __init__(self, site: Served, key: str) -> None:
        self._site = site
        self._key = key

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Return the response's JSON. Raises AssertionError for an error."""
        with self._open(method, path, body) as answer:
            return json.loads(answer.read() or b"null")

    def personas(self) -> list[Json]:
        """Return all personas, the oldest first."""
        newest_first: list[Json] = self.call("GET", "/v2/personas?limit=100")["data"]
        return newest_first[::-1]

    def persona_ids(self) -> dict[str, str]:
        """By name; of several with the same name, the oldest."""
        return {persona["persona_name"]: persona["persona_id"] for persona in reversed(self.personas())}

    def conversations(self) -> list[Json]:
        """Return the conversations of the key's user, the oldest first."""
        newest_first: list[Json] = self.call("GET", "/v2/conversations?limit=100")["data"]
        return newest_first[::-1]

    def say(self, conversation_id: str, text: str) -> list[Json]:
        """Return every event of the turn started with this text."""
        path = f"/v2/greenroom/conversations/{conversation_id}/respond"
        with self._open("POST", path, {"text": text}) as answer:
            body = answer.read().decode()
        return [json.loads(line[5:]) for line in body.split("\n") if line.startswith("data:")]

    @asynccontextmanager
    async def viewing(self, conversation_id: str) -> AsyncIterator[Client]:
        """A socket of the conversation."""
        url = self._site.url.replace("http", "ws", 1) + f"/ws/conversations/{conversation_id}/"
        async with connect(url, additional_headers={"x-api-key": self._key}, max_size=None) as socket:
            yield Client(socket)

    def _open(self, method: str, path: str, body: object) -> Any:
        data = (
            body.encode()
            if isinstance(body, str)
            else json.dumps(body).encode()
            if body is not None
            else None
        )
        request = Request(self._site.url + path, method=method, data=data, headers={"x-api-key": self._key})
        try:
            return urlopen(request, timeout=DEADLINE_S)
        except HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code}\n{error.read().decode()[:4000]}") from None
