"""Limits of request bodies, by path, and the refusals beyond them: one table for both servers."""

from dataclasses import dataclass
from http import HTTPStatus

from personas.api.limits import BODY_BYTES
from playground.engine.limits import KIB, MIB
from playground.inspectors.front_door import BODY_BYTES as INSPECTED_BODY_BYTES
from playground.inspectors.front_door import INSPECT_PATH

DEFAULT_BODY_BYTES = 64 * KIB
"""For paths not in the table: small forms, and unknown addresses."""
FORM_BYTES = 1 * MIB
"""Django's limit for a form's fields (DATA_UPLOAD_MAX_MEMORY_SIZE)."""

BODY_BYTES_BY_PATH: tuple[tuple[str, int], ...] = (
    ("/sign-in/", DEFAULT_BODY_BYTES),
    ("/personas/import/", 5 * MIB),
    ("/personas/", FORM_BYTES),
    ("/fillers/", FORM_BYTES),
    ("/playground/", FORM_BYTES),
    ("/admin/", FORM_BYTES),
    ("/v2/", BODY_BYTES),
    ("/demo/v1/", FORM_BYTES),
    (INSPECT_PATH, INSPECTED_BODY_BYTES),
)
"""Prefixes of paths, and the most bytes of a body there; the first match counts."""

BODIES_BYTES = 64 * MIB
"""How much the bodies of all requests that are not answered yet may take in a process."""
BODIES_OF_AN_ADDRESS_BYTES = 16 * MIB
"""How much of that the bodies from one address may take: three imports of the largest size."""
RETRY_AFTER_S = 5
"""The Retry-After of a request refused for lack of room, in seconds."""

REQUEST_S = 60.0
"""Timeout for a whole request, from its first byte to the last of its body, however steadily it arrives."""
LINGER_S = 2.0
"""How long a refused client's remaining data is dropped, so that it can read the response."""
UNREAD_S = 60.0
"""How long a client may leave 64 KiB of an answer unread, which wait for it here."""
FRAMING_BYTES = 16 * KIB
BODY_PER_FRAMING = 8
"""Chunk framing may be 16 KiB plus an eighth of the body: chunks of one byte each cost much CPU time."""

REFUSAL = "greenroom.refusal"
"""The key in an ASGI scope of the `Refusal`, if the body was not passed on."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request's body was refused; ``message`` is for a person."""

    status: HTTPStatus
    message: str
    retry_after_s: int | None = None


TOO_MUCH_UNDER_WAY = Refusal(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "Too many large requests are under way. Send it again in a few seconds.",
    RETRY_AFTER_S,
)
TOO_MUCH_OF_AN_ADDRESS = Refusal(
    HTTPStatus.TOO_MANY_REQUESTS,
    "Too many large requests from your address are under way. Send it again in a few seconds.",
    RETRY_AFTER_S,
)
TOO_SLOW = Refusal(
    HTTPStatus.REQUEST_TIMEOUT,
    f"The request did not arrive within {REQUEST_S:.0f} seconds. Send it again over a faster connection.",
)
TOO_MANY_CHUNKS = Refusal(
    HTTPStatus.BAD_REQUEST, "The body came in too many small chunks. Send it in larger ones, or as a whole."
)

NUL = Refusal(HTTPStatus.BAD_REQUEST, "The request holds a NUL character, which stands for nothing here.")


def too_large(most: int) -> Refusal:
    message = f"The body is too large: at most {most:,} bytes are taken."
    return Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)


def most_bytes(path: str) -> int:
    """Return the most bytes that the body of a request for this path may have."""
    for beginning, limit in BODY_BYTES_BY_PATH:
        if path.startswith(beginning):
            return limit
    return DEFAULT_BODY_BYTES


def is_mostly_framing(received: int, body: int) -> bool:
    """Whether the received bytes contain so little body that it must have come in tiny chunks."""
    return received - body > FRAMING_BYTES + body // BODY_PER_FRAMING
