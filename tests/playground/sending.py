"""Sending one completion from a test, and what comes of it."""

from collections.abc import Collection

import pytest

from playground.engine.errors.codes import UpstreamError
from playground.engine.limits import DEFAULT_LIMITS, Limits
from playground.engine.wire_request import WireRequest
from playground.outgoing.completion import open_completion

KEY = "sk-canary-0123456789abcdef"
HEADERS = (("Authorization", f"Bearer {KEY}"), ("conversation_id", "c0123456789"))
BODY = b'{"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}],"stream":true}'


def wire(url: str, *, headers: tuple[tuple[str, str], ...] = HEADERS, body: bytes = BODY) -> WireRequest:
    return WireRequest("POST", url, headers, body)


async def completion(
    url: str, *, limits: Limits = DEFAULT_LIMITS, secrets: Collection[str] = (KEY,)
) -> bytes:
    """Return the whole body of a good answer."""
    async with open_completion(wire(url), limits=limits, secrets=secrets) as response:
        return b"".join([piece async for piece in response.aiter_bytes()])


async def failure(
    url: str, *, limits: Limits = DEFAULT_LIMITS, secrets: Collection[str] = (KEY,)
) -> UpstreamError:
    """Return the error that a request ends in, in whatever part of it. No error ever shows the key."""
    with pytest.raises(UpstreamError) as raised:
        await completion(url, limits=limits, secrets=secrets)
    error = raised.value
    assert KEY not in f"{error!r} {error.message} {error.excerpt}"
    assert error.message.endswith((".", "?"))
    return error
