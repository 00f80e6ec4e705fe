"""Arguments of the ``openai`` client in documents: ``default_query`` and ``default_headers``."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from personas.formats.fields import Fields
from personas.formats.rules import ValueProblem, printable
from personas.formats.shared import checked_headers
from playground.engine.addresses.address import is_placeholder, may_name_a_key


def with_default_query(fields: Fields, address: str) -> str:
    """Return the address with ``default_query`` added to its query, as the client does. Raises FormatError."""
    if "default_query" not in fields:
        return address
    name = fields.name_of("default_query")
    if is_placeholder(address):
        fields.notes.add(f"{name} is kept and not sent: there is no base_url to which it could be added.")
        return address
    pairs = fields.json("default_query")
    if not isinstance(pairs, dict | None):
        fields.refuse("default_query", [ValueProblem((), 'default_query is an object: {"name": "value"}.')])
    query = _encoded(_without_keys(fields, name, pairs or {}))
    if not query:
        return address
    fields.notes.add(f"{name} was added to the address: ?{query}")
    return address + ("&" if "?" in address else "?") + query


def split_query(address: str) -> tuple[str, dict[str, str]]:
    """Return the base_url and its query as ``default_query``; an unsuitable query stays in the base_url."""
    base, mark, query = address.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    if not mark or _encoded(dict(pairs)) != query:
        return address, {}
    return base, dict(pairs)


def with_default_headers(fields: Fields, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the headers with those of ``default_headers`` that they don't name. Raises FormatError."""
    default_headers = checked_headers(fields, "default_headers")
    if not default_headers:
        return headers
    fields.notes.add(
        f"{fields.name_of('default_headers')} was read as headers: it is sent with every request."
    )
    named = {name.lower() for name, _ in headers}
    return headers + [(name, value) for name, value in default_headers if name.lower() not in named]


def _without_keys(fields: Fields, name: str, query: Mapping[str, Any]) -> dict[str, str]:
    parameters: dict[str, str] = {}
    for key, value in query.items():
        if may_name_a_key(key):
            fields.notes.add(
                f"{name}.{printable(key)} holds a key; it was left out, and is stored nowhere. A key goes into api_key."
            )
        elif isinstance(value, bool) or not isinstance(value, str | int | float):
            fields.refuse("default_query", [ValueProblem((key,), f"{name}.{printable(key)} is not a text.")])
        else:
            parameters[key] = str(value)
    return parameters


def _encoded(query: Mapping[str, str]) -> str:
    return urlencode(query, quote_via=quote)
