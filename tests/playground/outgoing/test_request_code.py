"""A request as a program: run, it sends what the turn sent. Over a real socket: a client of its own sends it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from playground.engine.curl import as_curl
from playground.engine.header_secrets import HeaderSecrets
from playground.engine.javascript_code import as_javascript
from playground.engine.python_code import as_python
from playground.engine.request import LLMRequest
from tests.llm_server.fixture import LLMServerHandle
from tests.services import missing, node_path

KEY = "127_KEY"
PLAINTEXT = "sk-live-0123456789"
SECRETS = HeaderSecrets(frozenset({KEY}), frozenset({"authorization"}))
RUN_S = 60
BODY: dict[str, Any] = {
    "model": "gpt-4o",
    "messages": [{"role": "user", "content": 'it\'s "caf\u00e9"\n\u2028{x} \\n'}],
    "stream": True,
    "temperature": 0.25,
    "tools": [{"type": "function", "function": {"name": "look", "parameters": {"a": None, "b": []}}}],
}


def request_to(url: str, authorization: str, **more: Any) -> LLMRequest:
    headers = (
        ("Authorization", authorization),
        ("Content-Type", "application/json"),
        ("conversation_id", "c1"),
        ("X-Empty", ""),
    )
    return LLMRequest("POST", url, headers, BODY | more)


def run(command: list[str]) -> str:
    ran = ran_with(command, **{f"SECRET_{KEY}": PLAINTEXT})
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def ran_with(command: list[str], **key: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], **key}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=RUN_S)


def assert_says_what_to_set(command: list[str]) -> None:
    """Without its variable a program ends before it sends anything, with one sentence."""
    ran = ran_with(command)
    sentence = f"Set the environment variable SECRET_{KEY} to the value of the token secret {KEY} first.\n"
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, "", sentence)


def sent(server: LLMServerHandle) -> tuple[dict[str, str], str]:
    (arrived,) = server.requests()
    return {name.lower(): value for name, value in arrived["headers"]}, arrived["body"]


def assert_headers(headers: dict[str, str], authorization: str) -> None:
    assert headers["authorization"] == authorization
    assert headers["conversation_id"] == "c1"
    assert headers["x-empty"] == ""
    assert headers["content-type"].startswith("application/json")


def test_python_sends_it_with_the_openai_client(llm_server: LLMServerHandle) -> None:
    beyond_the_clients_own = {"top_k": 40}
    request = request_to(
        f"{llm_server.base_url('ok')}/chat/completions", f"Bearer {KEY}", seed=7, **beyond_the_clients_own
    )
    code = as_python(request, site_url="", header_secrets=SECRETS)
    assert "from openai import OpenAI" in code
    assert "[secret]" not in run([sys.executable, "-c", code])
    headers, body = sent(llm_server)
    assert_headers(headers, f"Bearer {PLAINTEXT}")
    assert json.loads(body) == request.body


@pytest.mark.parametrize("end", ["//chat/completions", "?next=/chat/completions"])
def test_python_calls_an_address_that_the_openai_client_would_change(
    llm_server: LLMServerHandle, end: str
) -> None:
    code = as_python(
        request_to(llm_server.base_url("ok") + end, f"Bearer {KEY}"), site_url="", header_secrets=SECRETS
    )
    run([sys.executable, "-c", code])
    assert [arrived["target"] for arrived in llm_server.requests()] == [f"/ok/v1{end}"]


def test_python_without_a_secret_imports_no_environment() -> None:
    request = request_to("https://llm.example.com/v1/chat/completions", "none")
    assert "import os" not in as_python(request, site_url="", header_secrets=SECRETS)


def test_python_sends_the_very_bytes_with_httpx(llm_server: LLMServerHandle) -> None:
    request = request_to(f"{llm_server.base_url('ok')}/chat/completions", f"Api-Key {KEY}, {{x}}")
    code = as_python(request, site_url="", header_secrets=SECRETS)
    assert "import httpx" in code
    assert_says_what_to_set([sys.executable, "-c", code])
    assert run([sys.executable, "-c", code]).startswith("200\n")
    headers, body = sent(llm_server)
    assert_headers(headers, f"Api-Key {PLAINTEXT}, {{x}}")
    assert body.encode() == request.body_bytes()


def run_by_bash(request: LLMRequest, script: Path) -> None:
    if shutil.which("curl") is None:
        missing("no curl sends a copied command: apt-get install curl")
    script.write_text(as_curl(request, site_url="", header_secrets=SECRETS) + "\n")
    assert "[DONE]" in run(["bash", str(script)])


def test_curl_calls_the_address_as_it_is_written(llm_server: LLMServerHandle, tmp_path: Path) -> None:
    path = "/ok/a/../{b,c}[1-2]/chat/completions"
    run_by_bash(request_to(f"{llm_server.url}{path}", f"Bearer {KEY}"), tmp_path / "send.sh")
    assert [arrived["target"] for arrived in llm_server.requests()] == [path]


@pytest.mark.parametrize("letters", [1, 200_000], ids=["an argument", "longer than an argument may be"])
def test_curl_sends_the_very_bytes(llm_server: LLMServerHandle, tmp_path: Path, letters: int) -> None:
    url = f"{llm_server.base_url('ok')}/chat/completions"
    request = request_to(url, f"Bearer {KEY}", user="it's \\n\nEOF\n$HOME`" + "é" * letters)
    run_by_bash(request, tmp_path / "send.sh")
    headers, body = sent(llm_server)
    assert_headers(headers, f"Bearer {PLAINTEXT}")
    assert body.encode() == request.body_bytes()


@pytest.mark.parametrize(
    "more", [{}, {"logit_bias": {"50256": -100}, "temperature": 1.0}], ids=["literal", "as text"]
)
def test_javascript_sends_the_very_bytes(
    llm_server: LLMServerHandle, tmp_path: Path, more: dict[str, Any]
) -> None:
    node = node_path() or missing("no Node runs JavaScript: apt-get install nodejs")
    request = request_to(f"{llm_server.base_url('ok')}/chat/completions", f"Bearer {KEY}", **more)
    module = tmp_path / "send.mjs"
    module.write_text(as_javascript(request, site_url="", header_secrets=SECRETS))
    assert_says_what_to_set([str(node), str(module)])
    assert run([str(node), str(module)]).startswith("200\n")
    headers, body = sent(llm_server)
    assert_headers(headers, f"Bearer {PLAINTEXT}")
    assert body.encode() == request.body_bytes()
