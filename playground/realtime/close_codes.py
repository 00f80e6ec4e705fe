"""The close codes of sockets: HTTP's plus 4000, as Daphne's library accepts only 1000 and 3000 to 4999."""

import json
from enum import IntEnum


class CloseCode(IntEnum):
    """``meaning`` is one sentence for the wire page."""

    meaning: str
    is_final: bool

    def __new__(cls, number: int, meaning: str, is_final: bool = True) -> "CloseCode":
        member = int.__new__(cls, number)
        member._value_ = number
        member.meaning = meaning
        member.is_final = is_final
        return member

    BAD_MESSAGES = 4400, "Too many messages in a row could not be read."
    SIGN_IN_AGAIN = 4401, "Nobody is signed in any more: the session or the key has ended."
    NOT_ALLOWED = 4403, "The user, or the key, has not the right to hold conversations."
    NOT_FOUND = 4404, "There is no such conversation of this user."
    TOO_MANY_SOCKETS = (
        4409,
        "The user has as many sockets open as one may have; the close reason says which limit it was.",
    )
    UNSUPPORTED_DATA = 4415, "A binary frame came; messages are text."
    TOO_MANY_MESSAGES = 4429, "Messages came faster than they are taken."
    FAILED = 4500, "Greenroom itself failed at this socket: connect again, the snapshot holds all.", False
    TRY_AGAIN_LATER = 4503, "The client read too slowly: connect again, the snapshot holds all.", False


def close_codes_json() -> str:
    """Return the codes as JSON for the page: ``{number: {"name", "is_final"}}``."""
    return json.dumps({code.value: {"name": code.name, "is_final": code.is_final} for code in CloseCode})
