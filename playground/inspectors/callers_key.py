"""The key that a caller presents to an inspector to have its token secret used."""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from itertools import islice
from secrets import compare_digest, token_urlsafe
from urllib.parse import unquote_to_bytes

from django.views.decorators.debug import sensitive_variables

RANDOM_BYTES = 32
KEY_BYTES = 46
MOST_CANDIDATES = 256
"""The most texts of a value that are compared with the key; a caller who hides it behind more exposes only theirs."""
_BEGINS = re.compile(rb"gi_(?=([A-Za-z0-9_-]{43}))")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{60,}")


@sensitive_variables("key")
def new_callers_key() -> tuple[str, str]:
    """Return a key, to be shown once, and its digest, to be stored as ``Inspector.callers_key_digest``."""
    key = "gi_" + token_urlsafe(RANDOM_BYTES)
    return key, digest_of(key)


@sensitive_variables("key")
def digest_of(key: str) -> str:
    """Return SHA-256 in hex. No slow hash: a key has 256 random bits, which can't be guessed anyway."""
    return hashlib.sha256(key.encode()).hexdigest()


@sensitive_variables("key")
def is_callers_key(key: str, digest: str) -> bool:
    """Whether the key is the one of this digest; an empty digest has none."""
    return bool(digest) and compare_digest(digest_of(key), digest)


@sensitive_variables()
def keys_in(value: bytes, digest: str) -> frozenset[bytes]:
    """Return the key of this digest as a set of one if it stands anywhere in the value; else an empty set."""
    if not digest:
        return frozenset()
    beginnings = islice(_BEGINS.finditer(value), MOST_CANDIDATES)
    texts = (b"gi_" + match[1] for match in beginnings)
    return frozenset(text for text in texts if is_callers_key(text.decode(), digest))


@sensitive_variables()
def holds_key(value: bytes, digest: str) -> bool:
    """Whether the key stands in the value, percent-encoded or in base64 too."""
    return any(keys_in(each, digest) for each in (value, unquote_to_bytes(value), *_decoded(value)))


@sensitive_variables()
def _decoded(value: bytes) -> Iterator[bytes]:
    for match in islice(_BASE64.finditer(value), MOST_CANDIDATES):
        text = match[0].translate(bytes.maketrans(b"-_", b"+/"))
        try:
            yield base64.b64decode(text + b"=" * (-len(text) % 4))
        except binascii.Error:
            continue
