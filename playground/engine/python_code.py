"""Renders a request as a Python program: with the `openai` client where it can send it, else with httpx.

Secrets are environment variables, by the names that `playground.engine.curl` gives them.
"""

from collections.abc import Iterable
from typing import Any

from playground.engine.addresses.route import ROUTE
from playground.engine.header_secrets import HeaderSecrets
from playground.engine.request import LLMRequest
from playground.engine.substitution import parts_of, variable

_ARGUMENTS = frozenset(
    {
        "frequency_penalty", "logit_bias", "logprobs", "max_completion_tokens", "max_tokens", "messages", "model", "n",
        "parallel_tool_calls", "presence_penalty", "reasoning_effort", "response_format", "seed", "stop", "stream",
        "stream_options", "temperature", "tool_choice", "tools", "top_logprobs", "top_p", "user",
    }
)  # fmt: skip
"""What the client's `chat.completions.create` takes; anything else goes into its `extra_body`."""
_OF_THE_CLIENT = frozenset({"accept", "authorization", "content-type"})
"""Headers that the client writes itself."""


def as_python(request: LLMRequest, *, site_url: str, header_secrets: HeaderSecrets) -> str:
    """Return a program that sends the request and prints its answer as it streams."""
    url = request.whole_url(site_url)
    key = _bearer(request, header_secrets)
    base_url = _base_url(url)
    if key and base_url and _fits_the_client(request):
        return _with_openai(request, base_url, key, header_secrets)
    return _with_httpx(request, url, header_secrets)


def _bearer(request: LLMRequest, header_secrets: HeaderSecrets) -> str:
    """Return the secret that is the whole bearer key, or nothing."""
    values = [value for name, value in request.headers if name.lower() == "authorization"]
    parts = parts_of(values[0], header_secrets.names_in("authorization")) if len(values) == 1 else []
    match parts:
        case [(False, "Bearer "), (True, secret)]:
            return secret
    return ""


def _base_url(url: str) -> str:
    """Return the base URL from which the client makes the URL, or nothing: it puts the route behind the path."""
    base = url.removesuffix(ROUTE)
    return "" if base == url or base.endswith("/") or "?" in base or "#" in base else base


def _fits_the_client(request: LLMRequest) -> bool:
    names = [name.lower() for name, _ in request.headers]
    body = request.body
    return (
        request.method == "POST"
        and len(names) == len(set(names))
        and isinstance(body.get("messages"), list)
        and isinstance(body.get("model"), str)
        and body.get("stream") is True
    )


def _with_openai(request: LLMRequest, base_url: str, key: str, header_secrets: HeaderSecrets) -> str:
    extra = {name: value for name, value in request.body.items() if name not in _ARGUMENTS}
    arguments = {name: value for name, value in request.body.items() if name in _ARGUMENTS}
    headers = [(name, value) for name, value in request.headers if name.lower() not in _OF_THE_CLIENT]
    lines = [
        "import os",
        "import sys",
        "",
        "from openai import OpenAI",
        "",
        *_keys(request, header_secrets),
        "client = OpenAI(",
        f"    base_url={base_url!r},",
        f"    api_key={_variable(key)},",
        f"    default_headers={_headers(headers, header_secrets, 'openai')},",
        "    max_retries=0,",
        ")",
        "stream = client.chat.completions.create(",
        *(f"    {name}={_literal(value, 1)}," for name, value in arguments.items()),
        *([f"    extra_body={_literal(extra, 1)},"] if extra else []),
        ")",
        "for chunk in stream:",
        "    for choice in chunk.choices:",
        '        print(choice.delta.content or "", end="", flush=True)',
    ]
    return "\n".join(lines) + "\n"


def _with_httpx(request: LLMRequest, url: str, header_secrets: HeaderSecrets) -> str:
    keys = "\n".join([*_keys(request, header_secrets), ""])
    imports = "import json\nimport os\nimport sys" if keys else "import json"
    return f"""\
{imports}

import httpx

{keys}url = {url!r}
headers = {_headers(request.headers, header_secrets, "httpx")}
body = {_literal(request.body, 0)}

data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
with httpx.stream({request.method!r}, url, headers=headers, content=data, timeout=60) as answer:
    print(answer.status_code)
    for line in answer.iter_lines():
        print(line)
"""


def _keys(request: LLMRequest, header_secrets: HeaderSecrets) -> list[str]:
    """Return the lines that read the secrets and end the program with a sentence if one is missing."""
    return [
        f"{_variable(secret)} = os.environ.get({variable(secret)!r}) or sys.exit({header_secrets.set_first(secret)!r})"
        for secret in header_secrets.standing_in(request.headers)
    ]


def _headers(headers: Iterable[tuple[str, str]], header_secrets: HeaderSecrets, client: str) -> str:
    """Return the headers as a list of pairs for httpx, which may repeat a name, or as a dict for the client."""
    written = [(repr(name), _header_value(value, header_secrets.names_in(name))) for name, value in headers]
    if client == "httpx":
        return "[" + "".join(f"\n    ({name}, {value})," for name, value in written) + "\n]"
    return "{" + ", ".join(f"{name}: {value}" for name, value in written) + "}"


def _header_value(value: str, secret_names: frozenset[str]) -> str:
    parts = parts_of(value, secret_names) or [(False, "")]
    return " + ".join(_variable(text) if is_secret else repr(text) for is_secret, text in parts)


def _variable(secret: str) -> str:
    """Return the name of a secret's variable, which no keyword and no other name of the program can be."""
    return f"KEY_{variable(secret)}"


def _literal(value: Any, depth: int) -> str:
    """Return the value as a Python literal, one member a line, indented to ``depth``."""
    inside, before = "    " * (depth + 1), "    " * depth
    if isinstance(value, dict) and value:
        members = (f"{inside}{key!r}: {_literal(member, depth + 1)},\n" for key, member in value.items())
        return "{\n" + "".join(members) + before + "}"
    if isinstance(value, list | tuple) and value:
        return "[\n" + "".join(f"{inside}{_literal(item, depth + 1)},\n" for item in value) + before + "]"
    return repr(value)
