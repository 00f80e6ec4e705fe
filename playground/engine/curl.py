"""Renders a request as a ``curl`` command, with shell variables in place of secrets."""

import shlex

from playground.engine.request import LLMRequest
from playground.engine.substitution import substitute


def as_curl(request: LLMRequest, *, site_url: str, secret_names: frozenset[str]) -> str:
    """Return the command, one option per line. This app's own addresses are prefixed with ``site_url``."""
    url = shlex.quote(absolute_url(request, site_url))
    lines = [f"curl --no-buffer --request {request.method} {url}"]
    lines += [f"--header {_header(name, value, secret_names)}" for name, value in request.headers]
    lines.append(f"--data-raw {shlex.quote(request.body_bytes().decode())}")
    return " \\\n  ".join(lines)


def absolute_url(request: LLMRequest, site_url: str) -> str:
    return site_url.rstrip("/") + request.url if request.url.startswith("/") else request.url


def variable_of(secret: str) -> str:
    """Return a secret's name as a shell can name a variable, which begins with no digit."""
    return f"KEY_{secret}" if secret[:1].isdigit() else secret


def _header(name: str, value: str, secret_names: frozenset[str]) -> str:
    variables = {secret: f"'\"${{{variable_of(secret)}}}\"'" for secret in secret_names}
    quoted = shlex.quote(f"{name}: {value}")
    if not quoted.startswith("'"):
        quoted = f"'{quoted}'"
    prefix = quoted[: len(name) + 1]
    return prefix + substitute(quoted[len(prefix) :], variables)
