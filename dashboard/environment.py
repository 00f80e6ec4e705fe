"""Reads typed settings from environment variables, and reports all invalid ones at once with what was expected.

``NAME_FILE`` names a file with the value (as for Docker's secrets). An empty variable counts as not set.
"""

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from django.http.request import split_domain_port, validate_host
from environs import FileAwareEnv

T = TypeVar("T")

FERNET_KEY_BYTES = 32
SHORTEST_SECRET_KEY_CHARS = 50
"""``check --deploy`` calls a shorter SECRET_KEY weak (Django, security.W009)."""


REQUIRED = {
    "SECRET_KEY": f"{SHORTEST_SECRET_KEY_CHARS} or more random characters; `make keys` prints some",
    "ENCRYPTION_KEYS": "one or more Fernet keys; `make keys` prints one",
    "DEMO_LLM_KEY": "the key of the built-in demo LLM; `make keys` prints one",
    "ALLOWED_HOSTS": "the host names of this site, separated by commas",
}


class WrongValueError(ValueError):
    """A setting's text is invalid; the message says what was expected."""


class Environment:
    """Reads settings and collects the problems for `refuse_if_wrong`."""

    def __init__(self) -> None:
        self._env = FileAwareEnv(strip_whitespace=True)
        self._problems: list[str] = []
        self.names: list[str] = []
        """All settings read, in order."""

    def read(self, name: str, parse: Callable[[str], T], default: T) -> T:
        """Return the setting's value; the default if it is not set, or invalid (which is noted)."""
        self.names.append(name)
        try:
            text = self._env.str(name, "").strip()
            return parse(text) if text else default
        except WrongValueError as wrong:
            self.note(name, str(wrong))
        except (ValueError, UnicodeError):
            self.note(f"{name}_FILE", "expected the path of a text file that this process may read")
        return default

    def note(self, name: str, expected: str) -> None:
        """Note an invalid setting. Its value is never repeated, because it may be a secret."""
        self._problems.append(f"{name}: {expected}.")

    def require(self, name: str) -> None:
        """Note a missing setting, unless it is noted as invalid already."""
        if not any(problem.startswith((f"{name}:", f"{name}_FILE:")) for problem in self._problems):
            self.note(name, f"must be set unless DEBUG is on ({REQUIRED[name]})")

    def refuse_if_wrong(self) -> None:
        """Raise ImproperlyConfigured with all problems, if there are any."""
        if not self._problems:
            return
        problems = "\n".join(f"  {problem}" for problem in self._problems)
        raise ImproperlyConfigured(
            f"Greenroom does not start, because these settings are wrong:\n{problems}\n"
            "They are environment variables; the README's table explains each."
        )


def boolean(text: str) -> bool:
    spellings = {
        "true": True,
        "yes": True,
        "on": True,
        "1": True,
        "false": False,
        "no": False,
        "off": False,
        "0": False,
    }
    try:
        return spellings[text.lower()]
    except KeyError:
        raise WrongValueError("expected true or false") from None


def port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise WrongValueError("expected a port, a whole number from 1 to 65535")
    return int(text)


def milliseconds(least: int, most: int) -> Callable[[str], int]:
    return _whole_number(least, most, "milliseconds, ")


def count(least: int, most: int) -> Callable[[str], int]:
    return _whole_number(least, most, "")


def _whole_number(least: int, most: int, unit: str) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise WrongValueError(f"expected {unit}a whole number from {least} to {most}")
        return int(text)

    return parse


def words(text: str) -> list[str]:
    """Parse a list separated by commas or white space."""
    return [word for word in re.split(r"[\s,]+", text) if word]


def folder(text: str) -> Path:
    path = Path(text).expanduser().absolute()
    if path.exists() and not path.is_dir():
        raise WrongValueError("expected a folder, and this is a file")
    return path


def secret_key(text: str) -> str:
    if len(text) < SHORTEST_SECRET_KEY_CHARS:
        raise WrongValueError(f"expected at least {SHORTEST_SECRET_KEY_CHARS} random characters")
    return text


def secret_keys(text: str) -> list[str]:
    return [secret_key(word) for word in words(text)]


def fernet_keys(text: str) -> list[str]:
    """Parse Fernet keys: 32 bytes in URL-safe base64 each; the first one encrypts (cryptography, "Fernet")."""
    keys = words(text)
    for position, key in enumerate(keys, start=1):
        try:
            decoded = base64.urlsafe_b64decode(key)
        except ValueError:
            decoded = b""
        if len(decoded) != FERNET_KEY_BYTES:
            raise WrongValueError(
                "expected Fernet keys separated by commas, each 32 bytes in URL-safe base64; "
                f"number {position} is none"
            )
    return keys


def demo_key(text: str) -> str:
    if not 16 <= len(text) <= 200 or not text.isascii() or not text.isprintable() or " " in text:
        raise WrongValueError("expected 16 to 200 ASCII characters without spaces")
    return text


def allowed_hosts(text: str) -> list[str]:
    """Parse host names and IP addresses without scheme or port; ``.example.org`` includes its subdomains."""
    hosts = words(text)
    for host in hosts:
        if host == "*":
            raise WrongValueError(
                "expected the site's own host names; * would let any site speak for this one"
            )
        if not re.fullmatch(r"\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\]", host):
            raise WrongValueError("expected host names separated by commas, without scheme and port")
    return hosts


def host_names(text: str) -> list[str]:
    """Parse host names as `allowed_hosts` does, but without ``.example.org``: an origin is one host."""
    hosts = allowed_hosts(text)
    if any(host.startswith(".") for host in hosts):
        raise WrongValueError("expected whole host names separated by commas, such as name.example")
    return [host.lower() for host in hosts]


def host_matches(netloc: str, hosts: list[str]) -> bool:
    """Whether Django accepts requests for this ``host[:port]``."""
    return validate_host(split_domain_port(netloc)[0], hosts)


def origin(text: str) -> str:
    """Parse ``http[s]://host[:port]`` without a path."""
    parts = _web_address(text, "expected an address without a path, such as https://greenroom.example.org")
    if parts.path.strip("/"):
        raise WrongValueError("expected an address without a path, such as https://greenroom.example.org")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def base_url(text: str) -> str:
    """Parse ``http[s]://host[:port][/path]``; return it without a trailing slash."""
    return _web_address(text, "expected an address such as https://llm.example.org/v1").geturl().rstrip("/")


def _web_address(text: str, expected: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        raise WrongValueError(expected) from None
    if not is_address or parts.query or parts.fragment or "@" in parts.netloc:
        raise WrongValueError(expected)
    return parts


def private_hosts(text: str) -> list[str]:
    """Parse ``host:port`` entries; the port ``*`` opens every port of the host."""
    hosts = words(text)
    for host in hosts:
        name, _, at = host.rpartition(":")
        named = re.fullmatch(r"[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\]", name)
        if not named or not (at == "*" or (at.isdigit() and 1 <= int(at) <= 65535)):
            raise WrongValueError("expected host:port entries separated by commas, such as ollama:11434")
    return hosts


def time_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise WrongValueError("expected a time zone such as UTC or Europe/Istanbul") from None
    return text


def log_level(text: str) -> str:
    if text.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
        raise WrongValueError("expected DEBUG, INFO, WARNING, ERROR or CRITICAL")
    return text.upper()


def redis_url(text: str) -> str:
    if urlsplit(text).scheme not in ("redis", "rediss", "unix"):
        raise WrongValueError("expected an address such as redis://localhost:6379/0")
    return text


def database_url(text: str) -> dj_database_url.DBConfig:
    """Parse a PostgreSQL or SQLite address. ``sqlite:////absolute/path`` has four slashes."""
    if not text.startswith(("postgres://", "postgresql://", "sqlite://")):
        raise WrongValueError(
            "expected postgresql://user:password@host:5432/name or sqlite:////absolute/path"
        )
    try:
        return dj_database_url.parse(text)
    except ValueError:
        raise WrongValueError(
            "expected postgresql://user:password@host:5432/name; this one cannot be read"
        ) from None
