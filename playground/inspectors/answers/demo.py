"""The demo LLM's answers, asked for in-process."""

from django.conf import settings as site

from playground.engine.addresses.address import parse_address
from playground.engine.json_text import json_bytes
from playground.inspectors.answer_settings import AnswerSettings
from playground.inspectors.chat_request import ChatRequest
from playground.inspectors.sent_answer import SentAnswer
from playground.outgoing import client
from playground.outgoing.transports.body import Body

CHAT = "/demo/v1/chat/completions"
_PASSED = frozenset({b"content-type", b"cache-control", b"x-accel-buffering", b"content-length"})
"""The headers that belong to the answer; the others are those of this site's pages."""


async def ask_demo(answer: SentAnswer, request: ChatRequest, settings: AnswerSettings, body: bytes) -> None:
    """Answer with what the demo LLM says to the request. Raises UpstreamError."""
    opened = client.open_response(
        "POST",
        parse_address(CHAT),
        headers=[("Authorization", f"Bearer {site.DEMO_LLM_KEY}"), ("Content-Type", "application/json")],
        body=_for_demo(request, settings, body),
        own_paths=client.LEAF_OWN_PATHS,
    )
    async with opened as response:
        headers = [(name, value) for name, value in response.headers.raw if name.lower() in _PASSED]
        await answer.start(response.status_code, headers)
        parts: Body = response.extensions["body"]
        async for part in parts:
            await answer.write(part)
        await answer.end()


def _for_demo(request: ChatRequest, settings: AnswerSettings, body: bytes) -> bytes:
    """Return the body with one of the demo LLM's models; one that can't be read as it is."""
    if not request.body:
        return body
    model = settings.model or _fitting_model(request)
    return body if model == request.model else json_bytes(request.body | {"model": model})


def _fitting_model(request: ChatRequest) -> str:
    if request.model == "demo" or request.model.startswith("demo-"):
        return request.model
    return "demo-tools" if request.body.get("tools") else "demo"
