"""The headers that a caller set itself in an inspected request: a persona made of it sends them too."""

from collections.abc import Iterator

from personas.models import TokenSecret
from playground.engine.answer.redaction import MASK
from playground.engine.examined_request import ExaminedRequest
from playground.engine.headers import HEADERS, HeaderError, check_header
from playground.engine.platforms.platform import Platform
from playground.engine.platforms.registry import platforms
from playground.engine.substitution import explicit_names_in, names_in
from playground.inspectors.key_names import names_a_key

_OF_BROWSERS = frozenset({"dnt", "origin", "priority", "referer"})
_OF_BROWSERS_PREFIX = "sec-"


def own_headers(received: ExaminedRequest) -> tuple[list[list[str]], list[str]]:
    """Return ``[[name, value]]`` for a persona, and the names of those left out because they hold keys, or might.

    They are those that no platform, client, proxy or connection writes; of several with one name it is the first.
    """
    set_by_caller: dict[str, tuple[str, str]] = {}
    for name, value in _custom(received):
        set_by_caller.setdefault(name.lower(), (name, value))
    secrets = _stored_secrets({word for _, value in set_by_caller.values() for word in names_in(value)})
    kept, left_out = [], []
    for lowered, (name, value) in set_by_caller.items():
        if names_a_key(lowered) or MASK in value or explicit_names_in(value) or secrets & names_in(value):
            left_out.append(name)
        else:
            kept.append([name, value])
    return kept[:HEADERS], left_out


def _custom(received: ExaminedRequest) -> Iterator[tuple[str, str]]:
    names = set.intersection(*(_settable(received, platform) for platform in platforms()))
    hop_by_hop = {
        word.strip().lower() for value in received.values("connection") for word in value.split(",")
    }
    for name, value in received.headers:
        lowered = name.lower()
        if lowered not in names - hop_by_hop - _OF_BROWSERS or lowered.startswith(_OF_BROWSERS_PREFIX):
            continue
        try:
            check_header(name, value)
        except HeaderError:
            continue
        yield name, value


def _settable(received: ExaminedRequest, platform: Platform) -> set[str]:
    """Return the names, in lower case, of the headers that the platform sends only where a setting has them."""
    departures = platform.departures(received)
    return {each.name for each in departures if each.part == "header" and each.is_by_setting}


def _stored_secrets(names: set[str]) -> set[str]:
    """Return which of these names a token secret has: a header with one would send its value."""
    return set(TokenSecret.objects.filter(name__in=names).values_list("name", flat=True)) if names else set()
