"""The request as a command: what a shell makes of it."""

import os
import subprocess
from pathlib import Path

import pytest

from playground.engine.curl import as_curl, as_powershell
from playground.engine.examined_request import ExaminedRequest, RequestCopy
from playground.engine.header_secrets import HeaderSecrets
from playground.engine.request import LLMRequest

SITE = "http://127.0.0.1:8765/"
PRINTS_ITS_ARGUMENTS = "#!/bin/sh\nfor argument; do printf '%s\\n' \"$argument\"; done\n"


def request(header: str) -> LLMRequest:
    return LLMRequest("POST", "/demo/v1/chat/completions", (("Authorization", header),), {"a": "it's \u00e9"})


def in_authorization(secret: str) -> HeaderSecrets:
    return HeaderSecrets(frozenset({secret}), frozenset({"authorization"}))


def test_it_has_one_option_per_line_and_a_variable_where_the_secret_stands() -> None:
    command = as_curl(request("Bearer MY_TOKEN"), site_url=SITE, header_secrets=in_authorization("MY_TOKEN"))
    assert command == (
        "curl --no-buffer --globoff --path-as-is --request POST http://127.0.0.1:8765/demo/v1/chat/completions \\\n"
        "  --header 'Content-Type:' \\\n"
        "  --header 'Authorization: Bearer '\"${MY_TOKEN:?Set the environment variable MY_TOKEN to the value "
        "of the token secret MY_TOKEN first.}\"'' \\\n"
        '  --data-raw \'{"a":"it\'"\'"\'s \u00e9"}\''
    )


def test_bash_runs_it_with_a_name_that_begins_with_a_digit_and_says_what_to_set_without_it(
    tmp_path: Path,
) -> None:
    curl = tmp_path / "curl"
    curl.write_text(PRINTS_ITS_ARGUMENTS)
    curl.chmod(0o755)
    name = "127_0_0_1_8833_KEY"
    command = as_curl(request(f"Bearer {name}"), site_url=SITE, header_secrets=in_authorization(name))
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"

    def run_with(**key: str) -> subprocess.CompletedProcess[bytes]:
        environment = {"PATH": path, **key}
        return subprocess.run(["bash", "-c", command], env=environment, capture_output=True, timeout=10)

    ran = run_with(**{f"SECRET_{name}": "s3cret value"})
    *_, header, _option, body = ran.stdout.decode().splitlines()
    assert (header, body) == ("Authorization: Bearer s3cret value", '{"a":"it\'s \u00e9"}')
    assert (ran.returncode, ran.stderr) == (0, b"")
    without = run_with()
    assert without.returncode != 0
    assert without.stdout == b""
    value = f"the value of the token secret {name}"
    assert f": Set the environment variable SECRET_{name} to {value} first.\n".encode() in without.stderr


def test_powershell_gets_its_own_quotes_and_the_body_by_the_standard_input() -> None:
    name = "1_KEY"
    command = as_powershell(request(f"it's {name}"), site_url=SITE, header_secrets=in_authorization(name))
    assert command == (
        "@'\n"
        '{"a":"it\'s \\u00e9"}\n'
        "'@ | curl.exe --no-buffer --globoff --path-as-is "
        "--request POST 'http://127.0.0.1:8765/demo/v1/chat/completions' `\n"
        "  --header ('Authorization: it''s ' + $(if ($env:SECRET_1_KEY) { $env:SECRET_1_KEY } else { throw "
        "'Set the environment variable SECRET_1_KEY to the value of the token secret 1_KEY first.' }) + '') `\n"
        "  --data-binary '@-'"
    )


def test_a_header_without_a_value_is_written_so_that_curl_sends_it() -> None:
    empty = LLMRequest("POST", "/demo", (("X-Empty", ""),), {})
    assert "--header 'X-Empty;'" in as_curl(empty, site_url=SITE, header_secrets=in_authorization("KEY"))
    assert "--header ('X-Empty;')" in as_powershell(
        empty, site_url=SITE, header_secrets=in_authorization("KEY")
    )


def test_a_received_request_is_copied_without_the_headers_of_its_connection() -> None:
    headers = (("Host", "a"), ("Content-Length", "3"), ("X-Forwarded-For", "b"), ("X-Trace", "1"))
    copied = RequestCopy(ExaminedRequest("POST", "/x", headers, "a=b"), "/inspect/x")
    command = as_curl(copied, site_url=SITE, header_secrets=HeaderSecrets(frozenset(), frozenset()))
    assert command.splitlines()[1:] == [
        "  --header 'Content-Type:' \\",  # or curl would call it a form
        "  --header 'X-Trace: 1' \\",
        "  --data-raw a=b",
    ]


def test_a_request_without_a_body_sends_none() -> None:
    copied = RequestCopy(ExaminedRequest("GET", "/x", (), ""), "/inspect/x")
    command = as_curl(copied, site_url=SITE, header_secrets=HeaderSecrets(frozenset(), frozenset()))
    assert command.splitlines() == [
        "curl --no-buffer --globoff --path-as-is --request GET http://127.0.0.1:8765/inspect/x"
    ]


@pytest.mark.parametrize("body", [bytes(range(256)) * 2, b"--100% \\0 it's \0"], ids=["no UTF-8", "NUL"])
def test_a_body_that_no_argument_holds_is_printed_byte_by_byte(body: bytes) -> None:
    copied = RequestCopy(
        ExaminedRequest("POST", "/x", (("Content-Encoding", "gzip"),), ""), "/inspect/x", body
    )
    command = as_curl(copied, site_url=SITE, header_secrets=HeaderSecrets(frozenset(), frozenset()))
    printing, _, calling = command.partition(" |\n")
    assert subprocess.run(["sh", "-c", printing], capture_output=True, timeout=10).stdout == body
    assert calling.endswith("--data-binary @-")
    assert "gzip" not in calling  # what is kept is decompressed


def test_head_waits_for_no_body() -> None:
    copied = RequestCopy(ExaminedRequest("HEAD", "/x", (), ""), "/inspect/x")
    command = as_curl(copied, site_url=SITE, header_secrets=HeaderSecrets(frozenset(), frozenset()))
    assert "--head http://" in command
    assert "--request" not in command


def test_a_long_body_is_piped_because_it_is_no_argument() -> None:
    text = "EOF\u2028\n" * 30_000
    copied = RequestCopy(ExaminedRequest("POST", "/x", (), text), "/inspect/x")
    command = as_curl(copied, site_url=SITE, header_secrets=HeaderSecrets(frozenset(), frozenset()))
    assert command.startswith(f"printf %s '{text}' |\ncurl ")
    assert command.endswith("--data-binary @-")
