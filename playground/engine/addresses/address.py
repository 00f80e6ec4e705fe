"""Parses addresses of LLMs, and the allowed hosts that a token secret is bound to."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import unquote_plus

import idna

DEFAULT_PORTS = {"http": 80, "https": 443}
OWN_ENTRY = "/"
ADDRESS_CHARS = 2_048
KEPT_ADDRESSES = 256
"""The most addresses, and the most entries of allowed hosts, kept parsed: a turn asks for the same ones four times."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_AUTHORITY = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]*)(?::(?P<port>.*))?")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_UNSENDABLE = re.compile(r"[\x00-\x20\x7f]")
_KEY_NAMES = frozenset(
    {
        "accesskey", "accesstoken", "apikey", "apitoken", "auth", "authorization", "authtoken", "bearer",
        "clientsecret", "key", "password", "secret", "sig", "signature", "subscriptionkey", "token", "xapikey",
    }
)  # fmt: skip
_PLACEHOLDERS = re.compile(
    r"""
      .*[<>].*                                # <your-endpoint>
    | (https?://)?(your|example)[-_ ].*       # your-endpoint, example-api-key
    | open-ai-compatible-llm-http-endpoint    # Tavus' base_url
    | custom[-_]model[-_]here                 # Tavus' model
    | \.{3} | … | x{3,} | \*{3,}
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


class AddressError(ValueError):
    """A text is no valid address. ``message`` is one sentence for a person; it never repeats the text."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Address:
    """An address for requests. This app's own addresses have the ``scheme`` "", the ``host`` "" and the ``port`` 0."""

    raw: str
    """Verbatim."""
    scheme: str
    host: str
    """Lower case, ASCII (IDNA), no trailing dot; an IPv6 literal without its brackets."""
    port: int
    target: str
    """The path and query verbatim, as sent in the request line."""

    @property
    def is_own(self) -> bool:
        """Whether it is one of this app's own addresses."""
        return not self.scheme

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def netloc(self) -> str:
        """Host and port as in a Host header: without the scheme's default port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS.get(self.scheme) else f"{host}:{self.port}"

    @property
    def host_and_port(self) -> str:
        """Host and port for a person: always with the port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def entry(self) -> str:
        """The allowed-hosts entry that binds a secret to exactly this scheme, host and port."""
        if self.is_own:
            return OWN_ENTRY
        return self.netloc if self.scheme == "https" else f"http://{self.netloc}"


@dataclass(frozen=True, slots=True)
class HostEntry:
    """One of a token secret's allowed hosts: ``[http://]host[:port]``, ``*.name`` for subdomains, or ``/``."""

    scheme: str
    host: str
    port: int
    is_wildcard: bool = False

    def __str__(self) -> str:
        host = f"*.{self.host}" if self.is_wildcard else self.host
        return Address("", self.scheme, host, self.port, "").entry

    def allows(self, address: Address) -> bool:
        if (address.scheme, address.port) != (self.scheme, self.port):
            return False
        if self.is_wildcard:
            return address.host.endswith("." + self.host)
        return address.host == self.host


@lru_cache(maxsize=KEPT_ADDRESSES)
def parse_address(text: str) -> Address:
    """Parse an http(s) address, or one of this app's own (``/demo/v1``). Raises AddressError."""
    if not text:
        raise AddressError(
            "The address is empty: give the LLM's base URL, such as https://api.openai.com/v1."
        )
    if len(text) > ADDRESS_CHARS:
        raise AddressError(f"The address is longer than {ADDRESS_CHARS:,} characters.")
    _refuse_unsendable(text)
    if text.startswith("/"):
        return _own_address(text)
    scheme, rest = _split_scheme(text)
    end = min((rest.index(mark) for mark in "/?" if mark in rest), default=len(rest))
    authority, target = rest[:end], rest[end:]
    host, port = _host_and_port(authority, scheme)
    if not target.isascii():
        raise AddressError(
            "The address has characters that can't be sent as they stand: percent-encode its path and query."
        )
    _refuse_keys(target)
    return Address(text, scheme, host, port, target if target.startswith("/") else "/" + target)


@lru_cache(maxsize=KEPT_ADDRESSES)
def parse_host_entry(text: str) -> HostEntry:
    """Parse one entry of a secret's allowed hosts. Raises AddressError."""
    if text == OWN_ENTRY:
        return HostEntry("", "", 0)
    _refuse_unsendable(text)
    scheme, authority = _split_scheme(text) if "://" in text else ("https", text)
    if "/" in authority or "?" in authority:
        raise AddressError("An allowed host is a host and perhaps a port, without a path: api.openai.com.")
    is_wildcard = authority.startswith("*.")
    host, port = _host_and_port(authority.removeprefix("*."), scheme)
    if is_wildcard and ("." not in host or is_ip_literal(host)):
        raise AddressError("A wildcard needs a domain of at least two names behind it: *.example.com.")
    return HostEntry(scheme, host, port, is_wildcard)


def allows(entries: Iterable[str], address: Address) -> bool:
    """Whether one of a secret's allowed hosts matches the address. An invalid entry allows nothing."""
    return any(entry is not None and entry.allows(address) for entry in map(_entry_or_none, entries))


def parse_private_host(text: str) -> tuple[str, int | None]:
    """Parse an operator's ``host:port`` or ``host:*`` into (host, port or None for any). Raises AddressError."""
    match = _AUTHORITY.fullmatch(text)
    if match is None or not match["host"] or match["port"] is None:
        raise AddressError("An opened private host is host:port, such as ollama:11434 or 127.0.0.1:*.")
    return _host(match["host"]), None if match["port"] == "*" else _port(match["port"], "http")


def is_placeholder(text: str) -> bool:
    """Whether a document's value is a placeholder: "", "<…>", "your-…", or a platform's own example value."""
    stripped = text.strip()
    return not stripped or _PLACEHOLDERS.fullmatch(stripped) is not None


def may_name_a_key(name: str) -> bool:
    """Whether a query parameter of this name is probably an API key, in any spelling."""
    return re.sub(r"[^a-z0-9]", "", name.lower()) in _KEY_NAMES


def is_ip_literal(host: str) -> bool:
    """Whether a normalised host is an IP address rather than a name."""
    return ":" in host or _NUMBER.fullmatch(host.rpartition(".")[2]) is not None


def _refuse_unsendable(text: str) -> None:
    if _UNSENDABLE.search(text):
        raise AddressError("An address can't contain spaces, line breaks or control characters.")
    if "\\" in text:
        raise AddressError("An address can't contain a backslash: use / instead.")
    if "#" in text:
        raise AddressError("An address can't contain #: what follows it would never be sent.")


def _own_address(text: str) -> Address:
    if text.startswith("//"):
        raise AddressError("An address of Greenroom's own begins with one slash: /demo/v1.")
    if not text.isascii():
        raise AddressError("An address of Greenroom's own is plain ASCII: /demo/v1.")
    _refuse_keys(text)
    return Address(text, "", "", 0, text)


def _split_scheme(text: str) -> tuple[str, str]:
    match = _SCHEME.match(text)
    scheme = match[1].lower() if match else ""
    if match is None or not text.startswith("//", match.end()):
        raise AddressError("An address begins with http:// or https://.")
    if scheme not in DEFAULT_PORTS:
        raise AddressError("Only http:// and https:// addresses can be called.")
    return scheme, text[match.end() + 2 :]


def _host_and_port(authority: str, scheme: str) -> tuple[str, int]:
    if "@" in authority:
        raise AddressError("An address can't hold a user name or a key: put the key into a token secret.")
    match = _AUTHORITY.fullmatch(authority)
    if match is None or not match["host"]:
        raise AddressError("The address has no readable host: it begins like https://api.openai.com.")
    return _host(match["host"]), _port(match["port"], scheme)


def _port(text: str | None, scheme: str) -> int:
    if text is None:
        return DEFAULT_PORTS[scheme]
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) < 65_536):
        raise AddressError("The port after the colon is a number from 1 to 65535.")
    return int(text)


def _host(text: str) -> str:
    if text.startswith("["):
        return _ipv6(text)
    host = _ascii(text).lower().removesuffix(".")
    if is_ip_literal(host):
        return _ipv4(host)
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in host.split(".")):
        raise AddressError("The host of the address is not a name that can be looked up: check its spelling.")
    return host


def _ascii(host: str) -> str:
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise AddressError(
            "The host of the address is not a name that can be looked up: check its spelling."
        ) from None


def _ipv4(host: str) -> str:
    # Allow one spelling only: the C library reads 127.1, 0x7f000001 and 0177.0.0.1 as addresses too.
    try:
        return str(IPv4Address(host))
    except AddressValueError:
        raise AddressError("Write a numeric address as four decimal numbers: 192.0.2.1.") from None


def _ipv6(bracketed: str) -> str:
    try:
        address = IPv6Address(bracketed.removeprefix("[").removesuffix("]"))
    except AddressValueError:
        raise AddressError("What stands in brackets is not an IPv6 address.") from None
    if address.scope_id is not None:
        raise AddressError("An IPv6 address with a zone (%) can't be called.")
    return str(address)


def _refuse_keys(target: str) -> None:
    for pair in target.partition("?")[2].split("&"):
        if may_name_a_key(unquote_plus(pair.partition("=")[0])):
            raise AddressError(
                "The address seems to hold a key in its query: put the key into a token secret instead."
            )


def _entry_or_none(text: str) -> HostEntry | None:
    try:
        return parse_host_entry(text)
    except AddressError:
        return None
