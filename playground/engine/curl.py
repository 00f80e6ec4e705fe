"""Renders a request as a ``curl`` command for a shell, with variables in place of secrets."""

import json
import shlex

from playground.engine.header_secrets import HeaderSecrets
from playground.engine.request import LLMRequest
from playground.engine.substitution import substitute, variable

_OPTIONS = "--no-buffer --globoff --path-as-is"
"""Print each chunk at once, and call the address as it is written: braces, brackets and dots mean nothing in it."""

_LONG_BODY_BYTES = 100 * 1024
"""The length from which a body is no argument: Linux takes none over 128 KiB."""


def as_curl(request: LLMRequest, *, site_url: str, header_secrets: HeaderSecrets) -> str:
    """Return the command for a POSIX shell, one option per line.

    This app's own addresses are prefixed with ``site_url``.
    """
    lines = [f"curl {_OPTIONS} --request {request.method} {shlex.quote(request.whole_url(site_url))}"]
    lines += [
        f"--header {_header(name, value, header_secrets.names_in(name))}" for name, value in request.headers
    ]
    lines.append(_data(request.body_bytes()))
    return " \\\n  ".join(lines)


def as_powershell(request: LLMRequest, *, site_url: str, header_secrets: HeaderSecrets) -> str:
    """Return the command for PowerShell.

    The body goes through the standard input, because Windows PowerShell 5.1 drops the double quotes in an argument, and
    in ASCII, because it encodes what is piped so.
    """
    call = f"curl.exe {_OPTIONS} --request {request.method} {_single_quoted(request.whole_url(site_url))}"
    lines = [call]
    for name, value in request.headers:
        variables = {secret: f"' + $env:{variable(secret)} + '" for secret in header_secrets.names_in(name)}
        quoted = substitute(_single_quoted(_behind_name(value))[1:-1], variables)
        lines.append(f"--header ('{_single_quoted(name)[1:-1]}{quoted}')")
    lines.append("--data-binary '@-'")
    body = json.dumps(json.loads(request.body_bytes()), separators=(",", ":"))
    return f"@'\n{body}\n'@ | " + " `\n  ".join(lines)


def _data(body: bytes) -> str:
    """Return the option with the body: as an argument, or as a here-document from _LONG_BODY_BYTES on.

    The body is one line that begins with a brace, so it isn't the line that ends the here-document. ``--data @-`` drops
    the line break behind it.
    """
    if len(body) < _LONG_BODY_BYTES:
        return f"--data-raw {shlex.quote(body.decode())}"
    return f"--data @- <<'EOF'\n{body.decode()}\nEOF"


def _header(name: str, value: str, secret_names: frozenset[str]) -> str:
    variables = {secret: f"'\"${{{variable(secret)}}}\"'" for secret in secret_names}
    quoted = shlex.quote(name + _behind_name(value))
    if not quoted.startswith("'"):
        quoted = f"'{quoted}'"
    prefix = quoted[: len(name) + 1]
    return prefix + substitute(quoted[len(prefix) :], variables)


def _behind_name(value: str) -> str:
    """Return a header's colon and value; without a value a semicolon, because curl would drop the header."""
    return f": {value}" if value.strip() else ";"


def _single_quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
