"""A request as a command to copy: what a shell makes of it is what was sent."""

import json
import os
import subprocess

import pytest

from playground.engine.curl import as_curl
from playground.engine.powershell import as_powershell
from playground.engine.request import LLMRequest

SITE = "http://127.0.0.1:8765/"
SHOW_ARGUMENTS = "curl() { printf '%s\\0' \"$@\"; }\n"
BODY = {"messages": [{"role": "user", "content": 'It\'s "5 $HOME" `now` – naïve\n😀 \\'}]}


def arguments_in_bash(command: str, **variables: str) -> list[str]:
    """Return the arguments that curl is called with."""
    done = subprocess.run(
        ["bash", "-c", SHOW_ARGUMENTS + command],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | variables,
    )
    assert done.stderr == ""
    return done.stdout.split("\0")[:-1]


@pytest.mark.parametrize(
    ("secret", "variable"), [("MY_TOKEN", "MY_TOKEN"), ("127_0_0_1_8833_KEY", "KEY_127_0_0_1_8833_KEY")]
)
def test_bash_calls_curl_with_the_request(secret: str, variable: str) -> None:
    headers = (("Authorization", f"Bearer {secret}"), ("X-Who", "it's $HOME"))
    request = LLMRequest("POST", "/demo/v1/chat/completions", headers, BODY)
    command = as_curl(request, site_url=SITE, secret_names=frozenset({secret}))
    *options, data = arguments_in_bash(command, **{variable: "s3cret $x"})
    assert options == [
        *("--no-buffer", "--request", "POST", "http://127.0.0.1:8765/demo/v1/chat/completions"),
        *("--header", "Authorization: Bearer s3cret $x"),
        *("--header", "X-Who: it's $HOME"),
        "--data-raw",
    ]
    assert json.loads(data) == BODY


def test_powershell_reads_nothing_but_the_secrets_variable() -> None:
    headers = (("Authorization", "Bearer 1KEY"), ("X-Who", 'a "$HOME" `b'))
    request = LLMRequest("POST", "https://llm.example.com/it's", headers, BODY)
    command = as_powershell(request, site_url=SITE, secret_names=frozenset({"1KEY"}))
    opening, body, rest = command.split("\n", 2)
    assert (opening, json.loads(body), body.isascii()) == ("@'", BODY, True)
    assert rest.split(" `\n  ") == [
        "'@ | curl.exe --no-buffer --request POST 'https://llm.example.com/it''s'",
        '--header "Authorization: Bearer ${env:KEY_1KEY}"',
        '--header "X-Who: a `"`$HOME`" ``b"',
        "--data-binary '@-'",
    ]
