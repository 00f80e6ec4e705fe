"""The keys in a request's headers: where they stand, whose they are, and what goes on in their place."""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hmac import compare_digest

from django.views.decorators.debug import sensitive_variables

from playground.inspectors.callers_key import is_callers_key, keys_in
from playground.inspectors.forwarding import RawHeaders
from playground.inspectors.key_names import names_a_key
from playground.models import InspectedRequest
from playground.storage.known_secrets import SHORTEST_COMPARED_CHARS, KnownSecrets

Authentication = InspectedRequest.Authentication

_WITH_SCHEME = frozenset({b"authorization", b"proxy-authorization"})
_COOKIES = frozenset({b"cookie", b"set-cookie", b"cookie2", b"set-cookie2"})
_SCHEME = re.compile(rb"(?:bearer|token|basic|digest|api-?key|key|jwt)[ \t]+(?=\S)", re.IGNORECASE)
_ANY_SCHEME = re.compile(rb"[^\s,=]+[ \t]+(?=\S)")
_BETWEEN_KEYS = re.compile(r"[\s,;]+")
MOST_SPELLINGS = 16
"""How many keys are told apart in one header."""


@dataclass(frozen=True, slots=True)
class PresentedKey:
    """A key in the header at ``index``: its value is ``prefix`` (such as ``Bearer ``) and the key."""

    index: int
    prefix: bytes
    key: bytes = field(repr=False)

    @property
    def text(self) -> str:
        return self.key.decode("latin-1")

    @property
    def spellings(self) -> tuple[str, ...]:
        """What may be the key itself: all of it, each of a list, a parameter's value, a password of Basic."""
        whole = self.text.strip()
        words = _BETWEEN_KEYS.split(whole, maxsplit=MOST_SPELLINGS)
        values = [word.partition("=")[2] for word in words]
        texts = (whole, *words, *values, _password(self.prefix, self.key))
        return tuple(dict.fromkeys(text.strip("\"' ") for text in texts if text.strip("\"'= ")))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whose key a request presented; ``secret_name`` only where it is a token secret's."""

    authentication: Authentication
    secret_name: str = ""


def is_key_header(name: bytes) -> bool:
    """Whether the value of a header of this name is probably a key."""
    lowered = name.lower()
    return lowered not in _COOKIES and (lowered in _WITH_SCHEME or names_a_key(lowered.decode("latin-1")))


def presented_keys(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[PresentedKey]:
    """Yield the keys in the headers, in their order."""
    for index, (name, value) in enumerate(headers):
        if not value or not is_key_header(name):
            continue
        scheme = _ANY_SCHEME.match(value) if name.lower() in _WITH_SCHEME else _SCHEME.match(value)
        prefix = scheme[0] if scheme else b""
        yield PresentedKey(index, prefix, value[len(prefix) :])


@sensitive_variables()
def verdict_of(headers: RawHeaders, known: KnownSecrets, callers_key_digest: str) -> Verdict:
    """Say whose key is presented: the first of the keys that is known counts."""
    keys = list(presented_keys(headers))
    for presented in keys:
        for key in presented.spellings:
            verdict = _verdict(key, known, callers_key_digest)
            if verdict is not None:
                return verdict
    return Verdict(Authentication.UNKNOWN if keys else Authentication.NONE)


@sensitive_variables()
def _password(prefix: bytes, key: bytes) -> str:
    """Return the password of RFC 7617; empty if it is another scheme."""
    if prefix.strip().lower() != b"basic":
        return ""
    try:
        return base64.b64decode(key).decode("utf-8", "replace").partition(":")[2]
    except binascii.Error:
        return ""


@sensitive_variables()
def _verdict(key: str, known: KnownSecrets, callers_key_digest: str) -> Verdict | None:
    if is_callers_key(key, callers_key_digest):
        return Verdict(Authentication.CALLERS_KEY)
    for name, value in known.by_name.items():
        if len(value) >= SHORTEST_COMPARED_CHARS and compare_digest(key.encode(), value.encode()):
            return Verdict(Authentication.SECRET, name)
    if known.demo_key and compare_digest(key.encode(), known.demo_key.encode()):
        return Verdict(Authentication.DEMO_KEY)
    return None


def presents_callers_key(headers: RawHeaders, callers_key_digest: str) -> bool:
    """Whether the key chosen for the inspector stands in a header for keys."""
    return any(is_key_header(name) and keys_in(value, callers_key_digest) for name, value in headers)


@sensitive_variables("secret")
def with_secret(headers: RawHeaders, callers_key_digest: str, secret: str) -> RawHeaders:
    """Return the headers with the secret where the inspector's own key stands in a header for keys."""
    return tuple((name, _with_secret(name, value, callers_key_digest, secret)) for name, value in headers)


@sensitive_variables()
def _with_secret(name: bytes, value: bytes, callers_key_digest: str, secret: str) -> bytes:
    if is_key_header(name):
        for key in keys_in(value, callers_key_digest):
            value = value.replace(key, secret.encode())
    return value
