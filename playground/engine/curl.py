"""Renders a request as a ``curl`` command for a shell, with variables in place of secrets."""

import json
import shlex
from typing import Protocol

from playground.engine.header_secrets import HeaderSecrets
from playground.engine.substitution import substitute, variable

_OPTIONS = "--no-buffer --globoff --path-as-is"
"""Print each chunk at once, and call the address as it is written: braces, brackets and dots mean nothing in it."""

_NO_CONTENT_TYPE = "--header 'Content-Type:'"
"""Keeps curl from sending a body without a type as a form."""
_PRINTF_ESCAPES = {
    code: f"\\{code:03o}" for code in range(256) if not 32 <= code < 127 or chr(code) in "%'\\-"
}
"""Of what isn't printed as it stands: a hyphen would begin an option."""
_LONG_BODY_BYTES = 100 * 1024
"""The length from which ``printf`` pipes a body, as a builtin of the shell: Linux takes no argument over 128 KiB."""


class CopiedRequest(Protocol):
    """What is written as a command."""

    @property
    def method(self) -> str: ...
    @property
    def headers(self) -> tuple[tuple[str, str], ...]: ...
    def whole_url(self, site_url: str) -> str: ...
    def body_bytes(self) -> bytes:
        """Return the body, usually UTF-8; empty without one."""


def as_curl(request: CopiedRequest, *, site_url: str, header_secrets: HeaderSecrets) -> str:
    """Return the command for a POSIX shell, one option per line.

    This app's own addresses are prefixed with ``site_url``.
    """
    lines = [f"curl {_OPTIONS} {_method(request.method)} {shlex.quote(request.whole_url(site_url))}"]
    body = request.body_bytes()
    if body and all(name.lower() != "content-type" for name, _ in request.headers):
        lines.append(_NO_CONTENT_TYPE)
    lines += [f"--header {_header(name, value, header_secrets)}" for name, value in request.headers]
    text = _argument_of(body)
    if text is not None and len(body) < _LONG_BODY_BYTES:
        return " \\\n  ".join([*lines, *([f"--data-raw {shlex.quote(text)}"] if body else [])])
    printed = f"'{_escaped(body)}'" if text is None else f"%s {shlex.quote(text)}"
    return f"printf {printed} |\n" + " \\\n  ".join([*lines, "--data-binary @-"])


def _argument_of(body: bytes) -> str | None:
    """Return the body as text; None if no argument of a shell holds it: it has a NUL, or is no UTF-8."""
    try:
        return None if b"\0" in body else body.decode()
    except UnicodeDecodeError:
        return None


def _escaped(body: bytes) -> str:
    """Return the body as a format of POSIX's ``printf`` that needs no quotes inside."""
    return body.decode("latin-1").translate(_PRINTF_ESCAPES)


def _method(method: str) -> str:
    """Return the option for a method; after ``--request HEAD`` curl would wait for a body."""
    return "--head" if method == "HEAD" else f"--request {method}"


def as_powershell(request: CopiedRequest, *, site_url: str, header_secrets: HeaderSecrets) -> str:
    """Return the command for PowerShell.

    The body goes through the standard input, because Windows PowerShell 5.1 drops the double quotes in an argument, and
    in ASCII, because it encodes what is piped so.
    """
    call = f"curl.exe {_OPTIONS} --request {request.method} {_single_quoted(request.whole_url(site_url))}"
    lines = [call]
    for name, value in request.headers:
        variables = {
            secret: f"' + {_of_powershell(secret, header_secrets)} + '"
            for secret in header_secrets.names_in(name)
        }
        quoted = substitute(_single_quoted(_behind_name(value))[1:-1], variables)
        lines.append(f"--header ('{_single_quoted(name)[1:-1]}{quoted}')")
    lines.append("--data-binary '@-'")
    body = json.dumps(json.loads(request.body_bytes()), separators=(",", ":"))
    return f"@'\n{body}\n'@ | " + " `\n  ".join(lines)


def _header(name: str, value: str, header_secrets: HeaderSecrets) -> str:
    variables = {
        secret: f"'\"${{{variable(secret)}:?{header_secrets.set_first(secret)}}}\"'"
        for secret in header_secrets.names_in(name)
    }
    quoted = shlex.quote(name + _behind_name(value))
    if not quoted.startswith("'"):
        quoted = f"'{quoted}'"
    prefix = quoted[: len(name) + 1]
    return prefix + substitute(quoted[len(prefix) :], variables)


def _of_powershell(secret: str, header_secrets: HeaderSecrets) -> str:
    name = f"$env:{variable(secret)}"
    return f"$(if ({name}) {{ {name} }} else {{ throw '{header_secrets.set_first(secret)}' }})"


def _behind_name(value: str) -> str:
    """Return a header's colon and value; without a value a semicolon, because curl would drop the header."""
    return f": {value}" if value.strip() else ";"


def _single_quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
