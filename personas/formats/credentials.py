"""Replaces the credentials in a document by the names of token secrets."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from personas.formats.draft import DraftSecret
from personas.formats.fields import ImportNotes
from personas.formats.nodes import FormatError
from personas.formats.portable import reference
from personas.formats.rules import Path, ValueProblem, printable
from personas.names import SECRET_NAME_PATTERN
from playground.engine.addresses.address import AddressError, is_placeholder, parse_address
from playground.engine.substitution import names_in

_REFERENCE = re.compile(r"\{\{\s*secret:\s*([A-Za-z0-9_]{1,64})\s*\}\}")
_KEY_HEADER = re.compile(
    r"authorization|api-?key|(?:access|auth|session|x)-?token|secret|password", re.IGNORECASE
)
_PLACEHOLDER_KEY = re.compile(
    r"(?:sk-)?(?:\.{2,}|…|x{3,}|\*{3,})|(?:my|the|insert|put)[-_ ].*(?:key|token|secret).*|(?:api[-_ ]?)?key"
    r"|(?:[a-z]+[-_ ])*(?:key|token|secret)[-_ ]here",
    re.IGNORECASE,
)
_PLACEHOLDER_CHARS = 200
_NAME_BY_LOOK = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_SECRET_NAME = re.compile(SECRET_NAME_PATTERN)
_KEY_NAME = re.compile(
    r"(?:.*[_-])?(?:api[_-]?key|token|secret|password)|.*(?:apiKey|Token|Secret|Password)", re.DOTALL
)
_MAX_NAME_CHARS = 64
MOST_SECRETS = 32
"""The most token secrets that one document may name or create."""
MOST_SECRETS_AT_ONCE = 200
"""The most for all documents of one request: two for each persona that can be read at once."""

Headers = list[list[str]]


def hosts_of(address: str) -> tuple[str, ...]:
    """Return the allowed-host entries for a key beside this address; none for a placeholder. Raises AddressError."""
    return () if is_placeholder(address) else (parse_address(address).entry,)


def hosts_of_usable(address: str) -> tuple[str, ...]:
    """Return `hosts_of`, or nothing for an invalid address."""
    try:
        return hosts_of(address)
    except AddressError:
        return ()


class Credentials:
    """The token secrets of one document so far."""

    def __init__(self, persona_name: str, notes: ImportNotes) -> None:
        self._owner = _slug(persona_name) or "PERSONA"
        self._notes = notes
        self._secrets: list[DraftSecret] = []

    def all(self) -> tuple[DraftSecret, ...]:
        return tuple(self._secrets)

    def key(self, text: str, *, hosts: tuple[str, ...], role: str) -> str:
        """Return the name of the secret for an ``api_key``; empty without a key.

        ``role`` (LLM, TTS) goes into a proposed name.
        """
        text = text.strip()
        if not text:
            return ""
        if reference := _REFERENCE.fullmatch(text):
            return self.named(reference[1], hosts)
        if is_placeholder(text) or (len(text) <= _PLACEHOLDER_CHARS and _PLACEHOLDER_KEY.fullmatch(text)):
            return self._proposed(None, hosts, role)
        return self._proposed(text, hosts, role)

    def token_secret(self, text: str, *, hosts: tuple[str, ...]) -> str:
        """Return the name in JAICP's ``tokenSecret``; a key put there by mistake becomes a secret."""
        text = text.strip()
        if _SECRET_NAME.fullmatch(text) and len(text) <= _MAX_NAME_CHARS:
            return self.named(text, hosts)
        if not text or _REFERENCE.fullmatch(text):
            return self.key(text, hosts=hosts, role="LLM")
        self._notes.add("tokenSecret held a key, not the name of a secret; the key was made into a secret.")
        return self.key(text, hosts=hosts, role="LLM")

    def named(self, name: str, hosts: tuple[str, ...]) -> str:
        if all(secret.name != name for secret in self._secrets):
            self._add(DraftSecret(name, None, hosts, is_named=True))
        return name

    def in_headers(
        self, headers: Sequence[tuple[str, str]], *, secret: str, hosts: tuple[str, ...]
    ) -> tuple[Headers, str]:
        """Return the headers with names in place of keys, and the name of the persona's token secret.

        That name is written bare, any other as ``{{secret:NAME}}``. A persona has one token secret: a key in
        ``Authorization`` takes precedence, any other second key is left out.
        """
        named_headers: Headers = []
        for name, value in headers:
            value = _REFERENCE.sub(lambda match: reference(self.named(match[1], hosts)), value)
            key = key_in_header(name, value)
            if named := _REFERENCE.fullmatch(key):
                secret = secret or named[1]
            if not key or named or key == secret:
                named_headers.append([name, value])
                continue
            secret_name = self._known(key, hosts)
            if secret_name is None:
                if secret and (name.lower() != "authorization" or _is_named_in(named_headers, secret)):
                    self._notes.add(
                        f"The header {name} held a second key; it was left out: a persona has one secret."
                    )
                    continue
                secret_name = self.key(key, hosts=hosts, role="LLM")
            if secret not in {"", secret_name}:
                self._notes.add(f"The key in the header {name} takes the place of the secret {secret}.")
            secret = secret_name
            named_headers.append([name, value.removesuffix(key) + secret_name])
        own = {reference(secret): secret} if secret else {}
        return [[name, _replaced(value, own)] for name, value in named_headers], secret

    def in_rest(self, value: Any) -> Any:
        """Return JSON that is only kept, with ``{{secret:NAME}}`` in place of each key in it."""
        if isinstance(value, list):
            return [self.in_rest(item) for item in value]
        if not isinstance(value, dict):
            return value
        return {
            name: reference(self.key(item, hosts=(), role="OTHER"))
            if is_literal_key(name, item)
            else self.in_rest(item)
            for name, item in value.items()
        }

    def _known(self, key: str, hosts: tuple[str, ...]) -> str | None:
        """Return the name of the secret that the word names, resembles or is the value of, or None."""
        if _NAME_BY_LOOK.fullmatch(key):
            return self.named(key, hosts)
        for secret in self._secrets:
            if key == secret.name or (key == secret.value and secret.hosts == hosts):
                return secret.name
        return None

    def _proposed(self, value: str | None, hosts: tuple[str, ...], role: str) -> str:
        name = self._free_name(_name_for(hosts) or f"{self._owner}_{role}_KEY")
        self._add(DraftSecret(name, value, hosts))
        return name

    def _add(self, secret: DraftSecret) -> None:
        if len(self._secrets) == MOST_SECRETS:
            raise FormatError(
                f"The document holds or names more than {MOST_SECRETS} keys and token secrets: take some out."
            )
        self._secrets.append(secret)

    def _free_name(self, name: str) -> str:
        taken = {secret.name for secret in self._secrets}
        candidate, number = name, 2
        while candidate in taken:
            candidate, number = f"{name}_{number}", number + 1
        return candidate


def is_literal_key(name: str, value: object) -> bool:
    """Whether a member of an object is a key itself rather than a reference to a token secret."""
    is_key = isinstance(value, str) and bool(value.strip()) and _REFERENCE.fullmatch(value.strip()) is None
    return is_key and _KEY_NAME.fullmatch(name) is not None


def literal_key_problems(value: object, path: Path = ()) -> Iterator[ValueProblem]:
    """Yield a problem for each key in JSON that is only kept: keys belong in token secrets."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from literal_key_problems(item, (*path, index))
    elif isinstance(value, dict):
        for name, item in value.items():
            if is_literal_key(name, item):
                yield ValueProblem(
                    (*path, name), f'"{printable(name)}" holds a key: write {{{{secret:NAME}}}} instead.'
                )
            else:
                yield from literal_key_problems(item, (*path, name))


def proposed_name(address: str) -> str:
    """Return a secret's name proposed for a key of this address: ``API_EXAMPLE_COM_KEY``."""
    return _name_for(hosts_of_usable(address)) or "LLM_KEY"


def _name_for(hosts: tuple[str, ...]) -> str:
    slug = _slug(hosts[0].removeprefix("http://").removeprefix("https://")) if hosts else ""
    return f"{slug}_KEY" if slug else ""


def _slug(text: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "_", text.upper()).strip("_")[:48].strip("_")


def key_in_header(name: str, value: str) -> str:
    """Return the last word of a header that may contain a key, else an empty string."""
    return value.split()[-1] if _KEY_HEADER.search(name) and value.split() else ""


def _replaced(text: str, words: Mapping[str, str]) -> str:
    for old, new in words.items():
        text = text.replace(old, new)
    return text


def _is_named_in(headers: Headers, secret: str) -> bool:
    return any(secret in names_in(value) for _, value in headers)
