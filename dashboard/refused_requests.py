"""Answers refused requests without most of Django, whose middleware and threads for hundreds would delay all others."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from typing import Any, cast

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.log import log_response

from dashboard.body_limits import LINGER_S, REFUSAL
from dashboard.loop_middleware import Security, XFrameOptions
from dashboard.middleware import GetResponse, ResponseHeadersMiddleware
from dashboard.views.errors import refused
from playground.engine.limits import KIB

DROPPED_BYTES = 64 * KIB
"""How much of a refused body is dropped before each pause."""
PAUSE_S = 0.005
"""The pause, in which other requests are served."""

Scope = Any
RefusalApplication = Callable[[Scope, ASGIReceiveCallable, ASGISendCallable], Any]
"""An ASGI application for the scopes that hold a `Refusal` as `REFUSAL`."""


class RefusedRequests:
    """Answers with the refusal in the scope, which reads like every answer of its path, with the headers of all."""

    def __init__(self) -> None:
        secured = cast(GetResponse, Security(XFrameOptions(_response_to)))
        self._respond = ResponseHeadersMiddleware(secured)

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        request = ASGIRequest(scope, BytesIO())
        response = cast(HttpResponse, await self._respond(request))
        log_response("%s: %s", response.reason_phrase, request.path, response=response, request=request)
        body = response.content
        headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in response.items()]
        headers.append((b"Content-Length", b"%d" % len(body)))
        await send(
            {
                "type": "http.response.start",
                "status": response.status_code,
                "headers": headers,
                "trailers": False,
            }
        )
        await send({"type": "http.response.body", "body": body, "more_body": True})
        await _drop_rest(receive)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _drop_rest(receive: ASGIReceiveCallable) -> None:
    """Drop what of the body still comes: closing before would reset the connection, and lose the answer."""
    dropped, is_complete = 0, False
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_S):
            while not is_complete:
                message: Any = await receive()
                is_complete = message["type"] != "http.request" or not message.get("more_body")
                dropped += len(message.get("body", b""))
                if dropped >= DROPPED_BYTES:
                    dropped = 0
                    await asyncio.sleep(PAUSE_S)


async def _response_to(request: HttpRequest) -> HttpResponseBase:
    assert isinstance(request, ASGIRequest)
    return refused(request, request.scope[REFUSAL])
