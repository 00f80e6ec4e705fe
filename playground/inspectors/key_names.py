"""The names under which requests carry keys: of headers, cookies and parameters of a query."""

import re
from urllib.parse import unquote_plus

from playground.engine.addresses.address import may_name_a_key

_SOUNDS_LIKE_A_KEY = re.compile(
    "auth|key|token|secret|passw|pwd|passphrase|session|signature|jwt|cookie|csrf|xsrf|credential|bearer"
)
_IS_A_KEY = re.compile(r"(?:.*[^a-z0-9])?(?:code|sig|pass|otp|sid)(?:[^a-z0-9].*)?", re.DOTALL)
_IS_NONE = re.compile(
    r"(?:x-)?idempotency-key|sec-websocket-.*|access-control-.*|(?:www|proxy)-authenticate|:?authority|author"
    r"|.*rate-?limit.*|max.*tokens|(?:.*-)?status-code|webhook-signature",
    re.DOTALL,
)
"""Names that look like a key's and are none, such as those of rate limits (``…-tokens``).

A callback's signature is kept to be verified: it signs one body and opens nothing.
"""


def names_a_key(name: str) -> bool:
    """Whether what has this name, percent-encoded or not, is probably a key. Rather too often than too seldom."""
    plain = unquote_plus(name).strip().lower()
    if _IS_NONE.fullmatch(plain):
        return False
    return bool(_SOUNDS_LIKE_A_KEY.search(plain) or _IS_A_KEY.fullmatch(plain)) or may_name_a_key(plain)
