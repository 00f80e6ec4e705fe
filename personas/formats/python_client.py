"""Writes a request as a Python program with the ``openai`` client and an environment variable per secret."""

import pprint
from collections.abc import Mapping, Set
from typing import Any

from personas.formats.portable import absolute
from playground.engine.addresses.route import has_route, without_route
from playground.engine.header_secrets import HeaderSecrets
from playground.engine.request import LLMRequest
from playground.engine.substitution import substitute, variable

_OF_THE_CLIENT = frozenset({"accept", "accept-encoding", "content-type", "user-agent"})
"""Headers that the client sets itself."""
_NAMED = ("model", "messages", "tools", "temperature")
_WIDTH = 100


def to_python(request: LLMRequest, *, secret: str, header_secrets: HeaderSecrets, site_url: str) -> str:
    """Return the program. ``secret`` is the token secret's name, empty without one.

    ``header_secrets``: the names that stand for a secret, the token secret's among them, and in which headers.

    The client calls ``base_url`` with ``/chat/completions``; a hook sets a URL that ends otherwise.
    """
    url = absolute(request.url, site_url)
    names = header_secrets.standing_in(request.headers)
    lines = ["import os", "import sys", ""] if names else []
    if has_route(url):
        lines += ["from openai import OpenAI", ""]
    else:
        lines += [
            "from openai import DefaultHttpxClient, OpenAI",
            "",
            "",
            "def call_the_whole_url(request):",
            f"    request.url = type(request.url)({_literal(url)})",
            "",
            "",
        ]
    for name in names:
        missing = f"sys.exit({_literal(header_secrets.set_first(name))})"
        lines.append(f"{_variable(name)} = os.environ.get({_literal(variable(name))}) or {missing}")
    lines += [_call("client = OpenAI", _client_arguments(request, url, secret, header_secrets))]
    lines += [_call("stream = client.chat.completions.create", _arguments(request.body))]
    lines += [
        "for chunk in stream:",
        "    if chunk.choices and chunk.choices[0].delta.content:",
        '        print(chunk.choices[0].delta.content, end="", flush=True)',
        "print()",
        "",
    ]
    return "\n".join(lines)


def _client_arguments(
    request: LLMRequest, url: str, secret: str, header_secrets: HeaderSecrets
) -> dict[str, str]:
    base_url, _, query = without_route(url).partition("?")
    bearer = f"Bearer {secret}"
    headers = [
        (name, value)
        for name, value in request.headers
        if name.lower() not in _OF_THE_CLIENT and (name.lower(), value) != ("authorization", bearer)
    ]
    arguments = {
        "base_url": _literal(base_url),
        "api_key": _variable(secret) if secret else '"unused"',
    }
    if headers:
        members = (
            f"{_literal(name)}: {_with_secrets(value, header_secrets.names_in(name))}"
            for name, value in headers
        )
        arguments["default_headers"] = "{" + ", ".join(members) + "}"
    if not has_route(url):
        hook = '{"request": [call_the_whole_url]}'
        arguments["http_client"] = f"DefaultHttpxClient(event_hooks={hook})"
    elif query:
        pairs = (pair.partition("=")[::2] for pair in query.split("&"))
        arguments["default_query"] = _literal(dict(pairs))
    return arguments


def _arguments(body: Mapping[str, Any]) -> dict[str, str]:
    """Return the client's own arguments by name; every other parameter goes into ``extra_body``."""
    arguments = {name: _literal(body[name]) for name in _NAMED if name in body}
    arguments["stream"] = "True"
    rest = {name: value for name, value in body.items() if name not in {*_NAMED, "stream"}}
    return arguments | ({"extra_body": _literal(rest)} if rest else {})


def _with_secrets(value: str, secrets: Set[str]) -> str:
    """Return a header's value as an expression: each secret's name becomes its variable."""
    mark = "\0"
    parts = substitute(value, {secret: f"{mark}{secret}{mark}" for secret in secrets}).split(mark)
    pieces = [
        _variable(part) if index % 2 else _literal(part)
        for index, part in enumerate(parts)
        if part or len(parts) == 1
    ]
    return " + ".join(pieces)


def _variable(secret: str) -> str:
    """Return the name of a secret's variable, which no keyword and no other name of the program can be."""
    return f"KEY_{variable(secret)}"


def _call(head: str, arguments: Mapping[str, str]) -> str:
    members = "\n".join(_indented(f"{name}={value},") for name, value in arguments.items())
    return f"{head}(\n{members}\n)"


def _indented(text: str) -> str:
    """Indent each line by four spaces. Line breaks within strings are escaped, so strings don't change."""
    return "\n".join(f"    {line}" for line in text.split("\n"))


def _literal(value: Any) -> str:
    """Return a Python literal: double-quoted strings, long containers over several lines."""
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, dict | list) and len(repr(value)) > _WIDTH:
        return _long(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_quoted(key)}: {_literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_literal(item) for item in value) + "]"
    return pprint.pformat(value)


def _long(value: dict[str, Any] | list[Any]) -> str:
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    members = (
        [f"{_quoted(key)}: {_literal(item)}" for key, item in value.items()]
        if isinstance(value, dict)
        else [_literal(item) for item in value]
    )
    return "\n".join([opening, *(_indented(f"{member},") for member in members), closing])


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if char.isprintable() else _escape(char) for char in escaped) + '"'


def _escape(char: str) -> str:
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char) or f"\\U{ord(char):08x}"
