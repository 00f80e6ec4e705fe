"""How much of a request is taken, by path, and what is answered to more: one table for both servers."""

from dataclasses import dataclass
from http import HTTPStatus

from personas.api.limits import BODY_BYTES
from playground.engine.limits import KIB, MIB

DEFAULT_BODY_BYTES = 64 * KIB
"""For every path that the table doesn't name: forms with a few fields, and whatever does not exist."""
FORM_BYTES = 1 * MIB
"""As many as Django takes of a form's fields (DATA_UPLOAD_MAX_MEMORY_SIZE)."""

BODY_BYTES_BY_PATH: tuple[tuple[str, int], ...] = (
    ("/sign-in/", DEFAULT_BODY_BYTES),
    ("/personas/import/", 5 * MIB),
    ("/personas/", FORM_BYTES),
    ("/fillers/", FORM_BYTES),
    ("/playground/", FORM_BYTES),
    ("/admin/", FORM_BYTES),
    ("/v2/", BODY_BYTES),
    ("/demo/v1/", FORM_BYTES),
)
"""How a path begins and how many bytes a body may have there; the first that fits counts."""

BODIES_BYTES = 64 * MIB
"""How much the bodies of all requests that are not answered yet may take in a process."""
RETRY_AFTER_S = 5
"""When somebody may try again whom there was no room for."""

REQUEST_S = 60.0
"""How long a request may take to arrive, from its first byte to the last of its body, however steadily it drips."""
FRAMING_BYTES = 16 * KIB
BODY_PER_FRAMING = 8
"""Chunk sizes and line ends may weigh 16 KiB and an eighth of the body: chunks of a byte each cost much time."""

REFUSAL = "greenroom.refusal"
"""The key of an ASGI scope under which a `Refusal` stands, when the body is not passed on."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request's body is not taken; ``message`` is for a person."""

    status: HTTPStatus
    message: str
    retry_after_s: int | None = None


TOO_MUCH_UNDER_WAY = Refusal(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "Too many large requests are under way. Send it again in a few seconds.",
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
    """How many bytes the body of a request for this path may have."""
    for beginning, limit in BODY_BYTES_BY_PATH:
        if path.startswith(beginning):
            return limit
    return DEFAULT_BODY_BYTES


def is_mostly_framing(received: int, body: int) -> bool:
    """Whether so many received bytes carry so few of a body that it must have come in tiny chunks."""
    return received - body > FRAMING_BYTES + body // BODY_PER_FRAMING
