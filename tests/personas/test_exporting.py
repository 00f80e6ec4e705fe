"""What a persona looks like outside: four formats, secrets by name, and what each of them leaves out."""

import json
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import openai
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from personas.documents import document_of
from personas.exporting import export, export_formats, sample_request
from personas.formats import read_document
from personas.formats.conversion import Fate
from personas.formats.python_client import to_python
from playground.engine.header_secrets import HeaderSecrets
from playground.engine.platforms.registry import platform_named
from playground.engine.request import LLMRequest
from tests.personas import examples
from tests.personas.jaicp_scripts import jaicp_documents
from tests.personas.making import CANARY, make_persona, make_secret
from tests.personas.test_formats_tavus import tavus_documents


def of(text: str) -> dict[str, Any]:
    return read_document(text).document


@pytest.mark.parametrize("text", [examples.STORYTELLER, examples.WEATHER_ASSISTANT])
def test_an_export_as_tavus_json_is_read_as_the_same_persona(text: str) -> None:
    exported = export(of(text), "tavus")
    assert of(exported.text) == of(text)
    assert exported.conversion_notes == ()


@pytest.mark.parametrize("text", [examples.CAILA, examples.YANDEX_GPT])
def test_an_export_as_a_script_is_read_as_the_same_persona(text: str) -> None:
    exported = export(of(text), "jaicp")
    assert of(exported.text) == of(text)
    assert exported.conversion_notes == ()


def test_files_are_called_after_the_persona() -> None:
    document = of(examples.STORYTELLER)
    names = [export(document, known.name).filename for known in export_formats()]
    assert names == [f"mert-the-storyteller{ending}" for ending in (".json", ".sc", ".sh", ".py")]
    document["persona_name"] = "../„Ω“\r\n"
    assert export(document, "tavus").filename == "persona.json"


@pytest.mark.django_db
@pytest.mark.parametrize("export_format", ["tavus", "jaicp", "curl", "python"])
def test_an_export_has_names_only(export_format: str) -> None:
    persona = make_persona(token_secret=make_secret(hosts=("llm.example.com",)))
    text = export(document_of(persona), export_format).text
    assert "MY_TOKEN" in text
    assert CANARY not in text


@pytest.mark.django_db
def test_rehearsal_settings_are_said_to_stay_here() -> None:
    persona = make_persona(tool_endpoint="https://tools.example/", stream_options={"include_usage": True})
    (note,) = export(document_of(persona), "tavus").conversion_notes
    assert note.fate is Fate.LOST
    assert note.message.endswith("tool_endpoint, stream_options.")


def test_curl_names_the_secret_as_a_variable() -> None:
    text = export(of(examples.YANDEX_GPT), "curl").text
    assert "'Authorization: Api-Key '\"${MY_TOKEN:?Set " in text
    assert "https://llm.api.cloud.yandex.net/v1/chat/completions" in text


def test_an_address_that_is_missing_is_no_address_of_this_app() -> None:
    document = of(examples.WEATHER_ASSISTANT)
    document["llm"]["address"] = ""
    assert sample_request(document, platform_named("tavus")).url == "<base_url>/chat/completions"


# Python: the program is run against a stand-in for the package that it imports


class Ran:
    """What the program asked the client for, and the url and headers that the client would have called."""

    def __init__(self) -> None:
        self.client: dict[str, Any] = {}
        self.body: dict[str, Any] = {}
        self.url = ""

    @property
    def headers(self) -> dict[str, str]:
        bearer = {"Authorization": f"Bearer {self.client['api_key']}"}
        return {**bearer, **self.client.get("default_headers", {})}

    def create(self, *, extra_body: dict[str, Any] | None = None, **arguments: Any) -> list[Any]:
        self.body = arguments | (extra_body or {})
        request = SimpleNamespace(url=self.client["base_url"] + "/chat/completions")
        if query := self.client.get("default_query"):
            request.url += "?" + "&".join(f"{name}={value}" for name, value in query.items())
        for hook in self.client.get("http_client", {}).get("request", []):
            hook(request)
        self.url = request.url
        delta = SimpleNamespace(content="Hi")
        return [SimpleNamespace(choices=[]), SimpleNamespace(choices=[SimpleNamespace(delta=delta)])]


def run(program: str, monkeypatch: pytest.MonkeyPatch) -> Ran:
    ran = Ran()

    def make_client(**arguments: Any) -> Any:
        ran.client = arguments
        return SimpleNamespace(chat=SimpleNamespace(completions=ran))

    package = ModuleType("openai")
    vars(package).update(OpenAI=make_client, DefaultHttpxClient=lambda *, event_hooks: event_hooks)
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "openai", package)
        patch.setenv("MY_TOKEN", CANARY)
        exec(compile(program, "export.py", "exec"), {})
    return ran


def test_the_python_program_sends_the_same_request(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    document = of(examples.YANDEX_GPT)
    ran = run(export(document, "python").text, monkeypatch)
    request = sample_request(document, platform_named("jaicp"))
    assert (ran.url, ran.body) == (request.url, request.body)
    assert ran.headers == {"Authorization": f"Api-Key {CANARY}"}
    assert capsys.readouterr().out == "Hi\n"


def test_the_python_program_leaves_the_bearer_to_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    document = of(examples.WEATHER_ASSISTANT)
    document["llm"] |= {"address": "https://a.example/v1?api-version=1", "token_secret": "MY_TOKEN"}
    ran = run(export(document, "python").text, monkeypatch)
    assert ran.headers == {"Authorization": f"Bearer {CANARY}", "conversation_id": "c123456"}
    assert ran.url == "https://a.example/v1/chat/completions?api-version=1"


def test_the_python_program_calls_a_url_with_another_route(monkeypatch: pytest.MonkeyPatch) -> None:
    document = of(examples.YANDEX_GPT)
    document["llm"]["address"] = "https://a.example/completion?key=1"
    assert run(export(document, "python").text, monkeypatch).url == "https://a.example/completion?key=1"


def test_an_address_of_this_app_stands_behind_the_sites_own(settings: Settings) -> None:
    settings.SITE_URL = "http://127.0.0.1:8765"
    document = of(examples.WEATHER_ASSISTANT)
    document["llm"]["address"] = "/demo/v1"
    for known in export_formats():
        assert "http://127.0.0.1:8765/demo/v1" in export(document, known.name).text


@hypothesis_settings(max_examples=40)
@given(st.one_of(tavus_documents(), jaicp_documents()))
def test_every_persona_has_a_python_program_that_sends_its_request(document: dict[str, Any]) -> None:
    platform = platform_named(document["llm"]["platform"])
    request = sample_request(document, platform)
    program = to_python(
        request,
        secret="",
        header_secrets=HeaderSecrets(frozenset(), frozenset()),
        site_url="http://site.example",
    )
    with pytest.MonkeyPatch.context() as monkeypatch:
        ran = run(program, monkeypatch)
    assert ran.body == request.body
    assert_sent_whole(ran, request)


def assert_sent_whole(ran: Ran, request: LLMRequest) -> None:
    url = request.url if not request.url.startswith("/") else "http://site.example" + request.url
    assert ran.url == url
    json.dumps(ran.body)


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/v1/chat/completions",
        "https://a.example/v1/chat/completions?api-version=1",
        "https://a.example/foundationModels/v1/completion",
    ],
)
def test_the_real_client_sends_the_request_as_it_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str
) -> None:
    """The program with the ``openai`` package itself, over a transport that answers in place of a server."""
    document = of(examples.YANDEX_GPT)
    document["llm"] |= {"address": url, "tools": of(examples.WEATHER_ASSISTANT)["llm"]["tools"]}
    client = next(base for base in openai.DefaultHttpxClient.__mro__ if base.__name__ == "Client")
    http: Any = sys.modules[client.__module__.partition(".")[0]]
    sent: list[Any] = []

    def answer(transport: Any, request: Any) -> Any:
        request.read()
        sent.append(request)
        chunk: dict[str, Any] = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        chunk["choices"] = [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": None}]
        text = f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n"
        return http.Response(200, text=text, headers={"Content-Type": "text/event-stream"})

    monkeypatch.setattr(http.HTTPTransport, "handle_request", answer)
    monkeypatch.setenv("MY_TOKEN", CANARY)
    program = export(document, "python").text
    names: dict[str, Any] = {}
    exec(compile(program, "export.py", "exec"), names)
    names["stream"].close()
    names["client"].close()
    (request,) = sent
    assert str(request.url) == url
    assert request.headers["Authorization"] == f"Api-Key {CANARY}"
    assert json.loads(request.content) == sample_request(document, platform_named("jaicp")).body
    assert capsys.readouterr().out == "Hi\n"


@pytest.mark.parametrize(
    ("export_format", "written"),
    [
        ("tavus", '"X-Key": "Key {{secret:OTHER}} Bearer"'),
        ("curl", "secret OTHER first.}\"' Bearer'"),
        ("python", '"X-Key": "Key " + KEY_OTHER + " Bearer"'),
    ],
)
def test_each_secret_that_a_header_refers_to_is_one_in_an_export(export_format: str, written: str) -> None:
    headers = [["X-Key", "Key {{secret:OTHER}} Bearer"]]
    document = document_of(make_persona(headers=headers))
    assert written in export(document, export_format).text
