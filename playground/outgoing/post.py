"""Posts a body and reads the beginning of the answer, whatever its status."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from playground.engine.addresses.address import Address
from playground.engine.errors.codes import UpstreamError
from playground.lag_free_timeout import LagFreeTimeout
from playground.outgoing import client
from playground.outgoing.transports.body import Body


@dataclass(frozen=True, slots=True)
class PostAnswer:
    """The answer to a post. ``headers`` have lower-case names; ``body`` is its beginning, empty if compressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


async def post(
    address: Address,
    *,
    headers: Sequence[tuple[str, str]],
    body: bytes,
    answer_s: float,
    body_s: float,
    read_bytes: int,
) -> PostAnswer:
    """Send the body, wait ``answer_s`` for the status and ``body_s`` for the beginning of the answer's body.

    Raises UpstreamError if the address is blocked or unreachable, or redirects, and TimeoutError without a status.
    """
    try:
        opened = client.open_response("POST", address, headers=headers, body=body)
        async with LagFreeTimeout(answer_s) as until_status, opened as response:
            until_status.set(None)
            beginning = await _beginning(response.extensions["body"], body_s, read_bytes)
            is_plain = "content-encoding" not in response.headers
            return PostAnswer(response.status_code, response.headers, beginning if is_plain else b"")
    except UpstreamError as error:
        # A compressed answer is refused for its body, which nobody needs here.
        if error.answer is None or not 200 <= error.answer.status < 300:
            raise
        return PostAnswer(error.answer.status, dict(error.answer.headers))


async def _beginning(body: Body, within_s: float, size: int) -> bytes:
    """Return as much of the body as comes in time, ``size`` bytes at the most."""
    beginning = bytearray()
    with suppress(UpstreamError, TimeoutError):
        async with LagFreeTimeout(within_s):
            while len(beginning) < size and (chunk := await body.read()):
                beginning += chunk
    return bytes(beginning[:size])
