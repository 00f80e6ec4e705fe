"""Answers whose status says no, in the shapes of several servers."""

import json
from functools import partial

from tests.llm_server.behaviours import BEHAVIOURS, behaviour
from tests.llm_server.bodies import ok
from tests.llm_server.exchange import Exchange
from tests.llm_server.openai_wire import JSON_HEADERS, error_body

Header = tuple[str, str]


async def _refuse(exchange: Exchange, status: str, body: bytes, *headers: Header) -> None:
    await exchange.answer(status, [*JSON_HEADERS, *headers], body)


def _fixed(name: str, status: str, body: bytes) -> None:
    BEHAVIOURS[name] = partial(_refuse, status=status, body=body)


_fixed(
    "forbidden",
    "403 Forbidden",
    error_body(
        "Your project does not have access to this model", "invalid_request_error", "model_not_allowed"
    ),
)
_fixed("not-found", "404 Not Found", b'{"detail":"Not Found"}')
_fixed(
    "too-long",
    "400 Bad Request",
    error_body(
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
        "invalid_request_error",
        "context_length_exceeded",
        "messages",
    ),
)
_fixed(
    "fastapi",
    "422 Unprocessable Entity",
    json.dumps(
        {"detail": [{"type": "missing", "loc": ["body", "messages"], "msg": "Field required"}]}
    ).encode(),
)
_fixed(
    "quota",
    "429 Too Many Requests",
    error_body(
        "You exceeded your current quota, please check your plan and billing details.",
        "insufficient_quota",
        "insufficient_quota",
    ),
)
_fixed("error-500", "500 Internal Server Error", error_body("The server had an error", "server_error"))
_fixed("unavailable", "503 Service Unavailable", error_body("The engine is overloaded", "server_error"))
_fixed(
    "dirty",
    "400 Bad Request",
    b'{"error":{"message":"bad \\u0000\\u001b[31mred\\u001b[0m\\r\\nForged: line \\u202egnp \xff\\ud83d end"}}',
)


@behaviour
async def unauthorised(exchange: Exchange) -> None:
    """OpenAI's 401, which shows a part of the key."""
    key = exchange.request.header("authorization").removeprefix("Bearer ")
    shown = f"{key[:3]}{'*' * 8}{key[-4:]}"
    message = (
        f"Incorrect API key provided: {shown}. You can find your API key at "
        "https://platform.openai.com/account/api-keys."
    )
    body = error_body(message, "invalid_request_error", "invalid_api_key")
    await _refuse(exchange, "401 Unauthorized", body, ("WWW-Authenticate", "Bearer"))


@behaviour
async def unauthorised_echo(exchange: Exchange) -> None:
    """A 401 that repeats the whole key."""
    key = exchange.request.header("authorization")
    body = error_body(f"{'No such key. ' * 20}You sent {key}", "invalid_request_error", "invalid_api_key")
    await _refuse(exchange, "401 Unauthorized", body)


@behaviour
async def rate_limited(exchange: Exchange) -> None:
    """429 with the Retry-After of ``?retry-after=`` (absent without)."""
    wait = exchange.request.option("retry-after")
    headers = [("Retry-After", wait)] if wait else []
    body = error_body("Rate limit reached for requests", "requests", "rate_limit_exceeded")
    await _refuse(exchange, "429 Too Many Requests", body, *headers)


@behaviour
async def rate_limited_once(exchange: Exchange) -> None:
    """429 the first time, then ok."""
    if exchange.visits == 1:
        await rate_limited(exchange)
        return
    await ok(exchange)


@behaviour
async def unavailable_once(exchange: Exchange) -> None:
    """503 the first time, then ok."""
    if exchange.visits == 1:
        await BEHAVIOURS["unavailable"](exchange)
        return
    await ok(exchange)


@behaviour
async def html_502(exchange: Exchange) -> None:
    page = (
        b"<html><head><title>502 Bad Gateway</title></head><body><h1>502</h1><hr>nginx/1.25.3</body></html>"
    )
    await exchange.answer("502 Bad Gateway", [("Content-Type", "text/html")], page)


@behaviour
async def gzip_error(exchange: Exchange) -> None:
    """A refusal that can't be read."""
    await _refuse(exchange, "401 Unauthorized", b"\x1f\x8b\x08nonsense", ("Content-Encoding", "gzip"))


@behaviour
async def huge_error(exchange: Exchange) -> None:
    """20 MiB of error, and no end: the machine's buffers may take it all before the client leaves."""
    await exchange.start("500 Internal Server Error", JSON_HEADERS)
    await exchange.chunk(b'{"error":{"message":"')
    for _ in range(320):
        await exchange.chunk(b"x" * 65_536)
    await exchange.hang()


@behaviour
async def endless_error(exchange: Exchange) -> None:
    """A status whose body never comes."""
    await exchange.start("500 Internal Server Error", JSON_HEADERS)
    await exchange.hang()


@behaviour
async def redirect(exchange: Exchange) -> None:
    """Sends on to ``?to=``, with the status of ``?status=`` (307)."""
    status = exchange.request.option("status", "307")
    location = exchange.request.option("to")
    headers = [("Location", location)] if location else []
    await exchange.answer(f"{status} Moved", headers, b"")


@behaviour
async def redirect_echo(exchange: Exchange) -> None:
    """Sends on to a path that holds the key."""
    key = exchange.request.header("authorization").removeprefix("Bearer ")
    await exchange.answer("307 Moved", [("Location", f"/{key}/v1")], b"")
