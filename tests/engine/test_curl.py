"""The request as a command: what a shell makes of it."""

import os
import subprocess
from pathlib import Path

from playground.engine.curl import as_curl, as_powershell
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
        "  --header 'Authorization: Bearer '\"${MY_TOKEN}\"'' \\\n"
        '  --data-raw \'{"a":"it\'"\'"\'s \u00e9"}\''
    )


def test_bash_runs_it_with_a_secret_whose_name_begins_with_a_digit(tmp_path: Path) -> None:
    curl = tmp_path / "curl"
    curl.write_text(PRINTS_ITS_ARGUMENTS)
    curl.chmod(0o755)
    name = "127_0_0_1_8833_KEY"
    command = as_curl(request(f"Bearer {name}"), site_url=SITE, header_secrets=in_authorization(name))
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash", "-c", command],
        env={"PATH": path, f"SECRET_{name}": "s3cret value"},
        capture_output=True,
        check=True,
        timeout=10,
    )
    *_, header, _option, body = ran.stdout.decode().splitlines()
    assert (header, body) == ("Authorization: Bearer s3cret value", '{"a":"it\'s \u00e9"}')
    assert ran.stderr == b""


def test_powershell_gets_its_own_quotes_and_the_body_by_the_standard_input() -> None:
    name = "1_KEY"
    command = as_powershell(request(f"it's {name}"), site_url=SITE, header_secrets=in_authorization(name))
    assert command == (
        "@'\n"
        '{"a":"it\'s \\u00e9"}\n'
        "'@ | curl.exe --no-buffer --globoff --path-as-is "
        "--request POST 'http://127.0.0.1:8765/demo/v1/chat/completions' `\n"
        "  --header ('Authorization: it''s ' + $env:SECRET_1_KEY + '') `\n"
        "  --data-binary '@-'"
    )


def test_a_header_without_a_value_is_written_so_that_curl_sends_it() -> None:
    empty = LLMRequest("POST", "/demo", (("X-Empty", ""),), {})
    assert "--header 'X-Empty;'" in as_curl(empty, site_url=SITE, header_secrets=in_authorization("KEY"))
    assert "--header ('X-Empty;')" in as_powershell(
        empty, site_url=SITE, header_secrets=in_authorization("KEY")
    )
