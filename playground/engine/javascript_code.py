"""Renders a request as a JavaScript module for Node, with `fetch`; secrets are environment variables."""

import json
from typing import Any

from playground.engine.header_secrets import HeaderSecrets
from playground.engine.request import LLMRequest
from playground.engine.substitution import parts_of, variable

_MISSING = """
function missing(sentence) {
  console.error(sentence);
  process.exit(1);
}

"""
_LARGEST_INTEGER = 2**53 - 1
"""A larger one is rounded when JavaScript reads it."""


def as_javascript(request: LLMRequest, *, site_url: str, header_secrets: HeaderSecrets) -> str:
    """Return a module that sends the request, byte for byte, and prints its answer as it streams."""
    headers = "".join(
        f"\n    [{_text(name)}, {_header_value(value, header_secrets.names_in(name))}],"
        for name, value in request.headers
    )
    return f"""\
{_keys(request, header_secrets)}const body = {_body(request)};

const answer = await fetch({_text(request.whole_url(site_url))}, {{
  method: {_text(request.method)},
  headers: [{headers}
  ],
  body,
}});
console.log(answer.status);
for await (const text of answer.body.pipeThrough(new TextDecoderStream())) process.stdout.write(text);
"""


def _keys(request: LLMRequest, header_secrets: HeaderSecrets) -> str:
    """Return the lines that read the secrets and end the program if one is missing."""
    lines = [
        f"const {_constant(secret)} = process.env.{variable(secret)} || "
        f"missing({_text(header_secrets.set_first(secret))});\n"
        for secret in header_secrets.standing_in(request.headers)
    ]
    return "".join([*lines, _MISSING] if lines else [])


def _constant(secret: str) -> str:
    """Return the name of a secret's constant, which no word of JavaScript and no other constant can be."""
    return f"KEY_{variable(secret)}"


def _body(request: LLMRequest) -> str:
    """Return an object literal, or the JSON as text if JavaScript would write the object in another way."""
    if not _is_kept(request.body):
        return _text(request.body_bytes().decode())
    return f"JSON.stringify({json.dumps(request.body, ensure_ascii=False, indent=2)})"


def _is_kept(value: Any) -> bool:
    """Whether JSON.stringify writes the literal as Python writes the value: its numbers and the order of its keys."""
    match value:
        case dict():
            return all(
                not key.isdigit() and key != "__proto__" and _is_kept(item) for key, item in value.items()
            )
        case list() | tuple():
            return all(map(_is_kept, value))
        case float():
            return "e" not in repr(value) and not value.is_integer()
        case bool():
            return True
        case int():
            return abs(value) <= _LARGEST_INTEGER
    return True


def _header_value(value: str, secret_names: frozenset[str]) -> str:
    parts = parts_of(value, secret_names) or [(False, "")]
    return " + ".join(_constant(text) if is_secret else _text(text) for is_secret, text in parts)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
