"""Renders a request as a command for PowerShell, with environment variables in place of secrets."""

import json

from playground.engine.curl import absolute_url, variable_of
from playground.engine.request import LLMRequest
from playground.engine.substitution import substitute


def as_powershell(request: LLMRequest, *, site_url: str, secret_names: frozenset[str]) -> str:
    """Return the command. The body goes through a here-string, which needs no quoting, in ASCII, which pipes keep."""
    body = json.dumps(json.loads(request.body_bytes()))
    headers = [f"--header {_quoted(name + ': ', value, secret_names)}" for name, value in request.headers]
    url = _single_quoted(absolute_url(request, site_url))
    command = " `\n  ".join(
        [f"curl.exe --no-buffer --request {request.method} {url}", *headers, "--data-binary '@-'"]
    )
    return f"@'\n{body}\n'@ | {command}"


def _single_quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _quoted(prefix: str, value: str, secret_names: frozenset[str]) -> str:
    """Return a string in double quotes, in which only the secrets' variables are read."""
    variables = {secret: f"${{env:{variable_of(secret)}}}" for secret in secret_names}
    return f'"{_escaped(prefix)}{substitute(_escaped(value), variables)}"'


def _escaped(text: str) -> str:
    for special in '`$"':
        text = text.replace(special, f"`{special}")
    return text
