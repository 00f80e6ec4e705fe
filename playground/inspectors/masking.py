"""Masks secrets in what is kept of a request and its answer, before anything is stored or cut."""

import codecs
import re
from collections.abc import Collection, Iterable
from urllib.parse import unquote

from playground.engine.answer.redaction import MASK, redactor_of
from playground.inspectors.authentication import presented_keys
from playground.inspectors.greenroom_keys import greenroom_keys_in, without_greenroom_keys
from playground.inspectors.key_names import names_a_key
from playground.inspectors.lossless_text import decode_lossless, encode_lossless
from playground.inspectors.presented_secrets import (
    MOST_PRESENTED,
    SHORTEST_PRESENTED_CHARS,
    parts_without_presented,
    without_presented,
)
from playground.inspectors.spelt_secrets import is_encoded, is_spelt_out, without_escaped
from playground.inspectors.split_secrets import without_split_secrets

_COOKIES = frozenset({b"cookie", b"cookie2"})
_SET_COOKIES = frozenset({b"set-cookie", b"set-cookie2"})
_ADDRESSES = frozenset({b"referer", b"location", b"content-location"})
_BETWEEN_PAIRS = re.compile("([&;])")
_ATTRIBUTES = frozenset(
    {"expires", "max-age", "domain", "path", "samesite", "secure", "httponly", "partitioned"}
)


class Masker:
    """Masks the values of secrets, Greenroom's own keys, and whatever stands where a key stands."""

    def __init__(self, known: Collection[str], presented: Collection[str]) -> None:
        """``known`` are the values of token secrets, ``presented`` the keys that a stranger chose.

        Of more than `MOST_PRESENTED` of those nothing is kept but the shape of the request.
        """
        self._known = frozenset((*known, *map(_by_bytes, known)))
        self._presented = presented
        self._is_flooded = len(presented) > MOST_PRESENTED
        self._redactor = redactor_of(self._known)

    def text(self, text: str) -> str:
        if self._is_flooded:
            return MASK if len(text) >= SHORTEST_PRESENTED_CHARS else text
        return without_presented(without_greenroom_keys(self._redactor.redact(text)), self._presented)

    def raw(self, value: bytes) -> str:
        """Return bytes of a request's line or headers as text."""
        return self._line(value.decode("latin-1"))

    def query(self, query: bytes) -> str:
        """Return a query as sent, with its keys masked."""
        return self._line(_masked_query(query.decode("latin-1")))

    def headers(self, headers: Iterable[tuple[bytes, bytes]]) -> list[list[str]]:
        """Return ``[[name, value]]`` with keys and the values of cookies masked."""
        pairs = tuple(headers)
        keys = {each.index: each.prefix for each in presented_keys(pairs)}
        masked = []
        for index, (name, value) in enumerate(pairs):
            if index in keys:
                shown = keys[index].decode("latin-1") + MASK
            else:
                shown = _masked_value(name.lower(), value.decode("latin-1"))
            masked.append([self.raw(name), self._line(shown)])
        return masked

    def _line(self, text: str) -> str:
        """Return Latin-1 without secrets; nothing of it is kept if one shows only once it is decoded."""
        masked = self.text(text).replace("\0", "")
        return MASK if is_encoded(masked.encode("latin-1"), self.text) else masked

    def body(self, body: bytes) -> bytes | None:
        """Return a body with secrets masked, every other byte as it is; None if one can't be masked in its place."""
        if self._is_flooded:
            return None
        text = decode_lossless(body)
        masked = self.text(text)
        plain = body if masked is text else encode_lossless(masked)
        if not is_encoded(plain, self.text):
            return plain
        plain = encode_lossless(without_escaped(masked, self.text))
        return None if is_encoded(plain, self.text) else plain

    def parts(self, parts: Iterable[tuple[int, bytes]]) -> list[tuple[int, bytes]] | None:
        """Return the parts of an answer with secrets masked, those too that lie across two parts or two deltas.

        None if one can't be masked in its place.
        """
        if self._is_flooded:
            return None
        masked = self._decoded_parts(parts)
        greenroom_keys = greenroom_keys_in("".join(text for _, text in masked))
        if len(greenroom_keys) > MOST_PRESENTED:
            return None
        without = parts_without_presented(masked, {*self._presented, *greenroom_keys})
        plain = [(t_ms, encode_lossless(text)) for t_ms, text in without if text]
        kept = list(without_split_secrets(plain, self._known))
        answer = b"".join(part for _, part in kept)
        is_left = is_encoded(answer, self.text) or is_spelt_out(answer, self.text)
        return None if is_left else kept

    def _decoded_parts(self, parts: Iterable[tuple[int, bytes]]) -> list[tuple[int, str]]:
        """Return the parts as text without the known secrets that stand in them as they are."""
        decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        stream = self._redactor.stream()
        masked = []
        t_ms = 0
        for t_ms, part in parts:  # the last one's time is the rest's
            masked.append((t_ms, stream.feed(decoder.decode(part))))
        masked.append((t_ms, stream.feed(decoder.decode(b"", final=True)) + stream.flush()))
        return masked


def _by_bytes(text: str) -> str:
    """Return the text as it stands where each byte of UTF-8 is a character."""
    return text.encode("utf-8", "replace").decode("latin-1")


def _masked_value(name: bytes, value: str) -> str:
    """Return a header's value without those of cookies, and without the keys in the query of an address."""
    if name in _COOKIES:
        return "; ".join(_masked_cookie(part.strip()) for part in value.split(";"))
    if name in _SET_COOKIES:
        cookie, *attributes = value.split(";")
        return "; ".join((_masked_cookie(cookie.strip()), *map(_masked_attribute, attributes)))
    if name in _ADDRESSES and "?" in value:
        path, _, query = value.partition("?")
        return f"{path}?{_masked_query(query)}"
    return value


def _masked_query(query: str) -> str:
    return "".join(map(_masked_pair, _BETWEEN_PAIRS.split(query)))


def _masked_pair(pair: str) -> str:
    name, equals, value = pair.partition("=")
    if equals:
        return f"{name}={MASK}" if value and names_a_key(name) else pair
    decoded_name, equals, value = unquote(pair).partition("=")
    return MASK if equals and value and names_a_key(decoded_name) else pair


def _masked_cookie(cookie: str) -> str:
    name, equals, value = cookie.partition("=")
    if not equals:
        return MASK if cookie else ""
    return f"{name}={MASK}" if value else cookie


def _masked_attribute(attribute: str) -> str:
    part = attribute.strip()
    name = part.partition("=")[0].strip().lower()
    return part if name in _ATTRIBUTES else _masked_cookie(part)
