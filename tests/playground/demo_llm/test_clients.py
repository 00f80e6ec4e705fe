"""The demo LLM over a real socket, behind Daphne, read by curl and by OpenAI's own client."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import openai
import orjson
import pytest

from tests.engine.personas import WEATHER_TOOL
from tests.playground.demo_llm_requests import MAYA, STORYTELLER, body
from tests.services import missing
from tests.settings import ENVIRONMENT

KEY = ENVIRONMENT["DEMO_LLM_KEY"]
DEADLINE_S = 20
"""For an answer, the start of the server included."""


@pytest.fixture(scope="module")
def base_url(server_processes: None) -> Iterator[str]:
    """The demo LLM served by Daphne in a process of its own; a request that comes before it waits in its socket."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "daphne", "--fd", str(listening.fileno())),
                "tests.playground.demo_llm_server:application",
            ],
            pass_fds=[listening.fileno()],
        )
    try:
        yield f"http://127.0.0.1:{port}/demo/v1"
    finally:
        server.terminate()
        server.wait(timeout=DEADLINE_S)


@pytest.fixture
def client(base_url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=base_url, api_key=KEY, max_retries=0, timeout=DEADLINE_S) as client:
        yield client


def curl(*arguments: str) -> str:
    path = shutil.which("curl") or missing("no curl is on the PATH: install it (apt-get install curl)")
    return subprocess.run(
        [path, "--silent", "--show-error", "--max-time", str(DEADLINE_S), *arguments],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"NO_PROXY": "*"},
    ).stdout


def post_with_curl(base_url: str, content: dict[str, Any], *headers: str) -> str:
    sent = ["Content-Type: application/json", f"Authorization: Bearer {KEY}", *headers]
    options = [option for header in sent for option in ("--header", header)]
    return curl(
        "--no-buffer", *options, "--data", orjson.dumps(content).decode(), f"{base_url}/chat/completions"
    )


def test_openais_client_reads_the_models(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["demo", "demo-slow", "demo-tools", "demo-echo"]


def test_openais_client_reads_a_whole_answer(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(
        model="demo",
        messages=[{"role": "system", "content": STORYTELLER}, {"role": "user", "content": "Hello"}],
    )
    assert str(answer.choices[0].message.content).startswith("Hello! I'm a storyteller.")
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.total_tokens > 0


def test_openais_client_reads_the_same_words_from_a_stream(client: openai.OpenAI) -> None:
    request = body("Tell me about the wolf", system=f"{STORYTELLER}\n\n{MAYA}")
    whole = client.chat.completions.create(**request)
    pieces, usages, reasons = [], [], []
    for chunk in client.chat.completions.create(
        **request, stream=True, stream_options={"include_usage": True}
    ):
        usages.append(chunk.usage)
        for choice in chunk.choices:
            pieces.append(choice.delta.content or "")
            reasons.append(choice.finish_reason)
    assert "".join(pieces) == whole.choices[0].message.content
    assert len(pieces) > 20
    assert reasons[-1] == "stop"
    assert usages[:-1] == [None] * (len(usages) - 1)
    assert usages[-1] == whole.usage


def test_openais_client_joins_a_tool_call_and_goes_on_with_its_result(client: openai.OpenAI) -> None:
    request = body("What's the weather in Paris?", model="demo-tools", tools=[WEATHER_TOOL])
    with client.chat.completions.stream(**request) as stream:
        answer = stream.get_final_completion().choices[0]
    assert answer.finish_reason == "tool_calls"
    assert answer.message.tool_calls is not None
    (call,) = answer.message.tool_calls
    assert call.function.name == "get_current_weather"
    assert orjson.loads(call.function.arguments) == {"location": "Paris"}
    request["messages"] += [
        {
            "role": "assistant",
            "tool_calls": [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.function.name, "arguments": call.function.arguments},
                }
            ],
        },
        {"role": "tool", "tool_call_id": call.id, "content": '{"temperature": 21}'},
    ]
    result = client.chat.completions.create(**request)
    assert "temperature 21" in str(result.choices[0].message.content)


@pytest.mark.parametrize(
    ("key", "model", "error"),
    [("wrong", "demo", openai.AuthenticationError), (KEY, "gpt-4o", openai.NotFoundError)],
)
def test_openais_client_knows_the_refusals(
    base_url: str, key: str, model: str, error: type[openai.APIStatusError]
) -> None:
    with (
        openai.OpenAI(base_url=base_url, api_key=key, max_retries=0) as client,
        pytest.raises(error) as refused,
    ):
        client.chat.completions.create(model=model, messages=[{"role": "user", "content": "Hello"}])
    assert refused.value.code in {"invalid_api_key", "model_not_found"}
    assert refused.value.type == "invalid_request_error"


def test_curl_reads_a_stream(base_url: str) -> None:
    lines = post_with_curl(base_url, body("Hello", stream=True)).split("\n\n")
    assert all(line.startswith("data: ") for line in lines[:-1])
    assert lines[-2:] == ["data: [DONE]", ""]


def test_through_daphnes_socket_the_conversation_id_is_gone_and_the_echo_says_so(base_url: str) -> None:
    answer = orjson.loads(
        post_with_curl(base_url, body("Hello", model="demo-echo"), "conversation_id: c1", "x-kept: yes")
    )
    text = answer["choices"][0]["message"]["content"]
    assert "No header named conversation_id arrived" in text
    assert '"x-kept"' in text
    assert KEY not in text


def test_curl_without_a_key_is_refused(base_url: str) -> None:
    answer = orjson.loads(curl("--data", "{}", f"{base_url}/chat/completions"))
    assert answer["error"]["code"] == "invalid_api_key"
