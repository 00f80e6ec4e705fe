"""Signs callbacks and verifies their signatures: Standard Webhooks 1.0.

What is signed is ``{webhook-id}.{webhook-timestamp}.{body}``, the body as raw bytes, with HMAC-SHA256. A key is written
as ``whsec_`` and base64. Several signatures in the header, one for each key, let a receiver change its key.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from enum import StrEnum

ID_HEADER = "webhook-id"
TIMESTAMP_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"
KEY_PREFIX = "whsec_"
KEY_BYTES = 32
TOLERANCE_S = 5 * 60
"""How far a timestamp may be from the receiver's clock, as in the reference libraries."""
SIGNATURES = 32
"""The most signatures of a header that are looked at."""

_VERSION = "v1"


class SignatureState(StrEnum):
    """What a receiver can say of a request's signature."""

    VALID = "valid"
    UNSIGNED = "unsigned"
    """No signature, or a header that belongs to one is missing."""
    STALE = "stale"
    """Signed with one of the keys, at another time."""
    WRONG = "wrong"
    """Signed with none of the keys, or changed since."""


def written_key(key: bytes) -> str:
    """Return the key as both sides enter it."""
    return KEY_PREFIX + base64.b64encode(key).decode("ascii")


def read_key(text: str) -> bytes:
    """Return a written key's bytes. Raises ValueError."""
    try:
        return base64.b64decode(text.removeprefix(KEY_PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("A callback key is whsec_ and base64.") from None


def signature_headers(
    webhook_id: str, body: bytes, keys: Iterable[str], *, timestamp_s: int
) -> list[tuple[str, str]]:
    """Return the headers of a callback; without a key it has no signature. Raises ValueError for an unreadable key."""
    headers = [(ID_HEADER, webhook_id), (TIMESTAMP_HEADER, str(timestamp_s))]
    signatures = [_signature(read_key(key), webhook_id, str(timestamp_s), body) for key in keys]
    return [*headers, (SIGNATURE_HEADER, " ".join(signatures))] if signatures else headers


def verify_signature(
    headers: Mapping[str, str], body: bytes, keys: Iterable[str], *, now_s: float
) -> SignatureState:
    """Say whether one of these keys signed the request. ``headers`` have lower-case names, ``body`` is raw."""
    webhook_id, timestamp = headers.get(ID_HEADER, ""), headers.get(TIMESTAMP_HEADER, "")
    signatures = headers.get(SIGNATURE_HEADER, "").split()[:SIGNATURES]
    if not (webhook_id and timestamp and signatures):
        return SignatureState.UNSIGNED
    expected = [_signature(read_key(key), webhook_id, timestamp, body) for key in keys]
    if not any(
        hmac.compare_digest(valid.encode(), signature.encode("utf-8", "replace"))
        for valid in expected
        for signature in signatures
    ):
        return SignatureState.WRONG
    is_time = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12
    return (
        SignatureState.VALID
        if is_time and abs(now_s - int(timestamp)) <= TOLERANCE_S
        else SignatureState.STALE
    )


def _signature(key: bytes, webhook_id: str, timestamp: str, body: bytes) -> str:
    signed = f"{webhook_id}.{timestamp}.".encode("utf-8", "replace") + body
    return f"{_VERSION},{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode('ascii')}"
