"""The documents' own examples, sent over a real socket to a server in another process.

Nothing of them is replaced but scheme, host and port (of the Tavus persona, whose address is a placeholder, the
``base_url``), and the placeholder keys. What arrives is compared byte for byte, what comes back with the official
client's reading of the same bytes.
"""

import json

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth.models import User
from openai import AsyncOpenAI
from pytest_django import Settings

from personas.formats import read_document
from personas.importing import import_draft
from personas.models import TokenSecret
from personas.saving import save_secret
from personas.secrets import set_value
from playground.engine.json_types import Json
from playground.engine.limits import DEFAULT_LIMITS
from playground.models import Completion, Conversation, Turn
from playground.outgoing import client
from playground.runner import Runner
from tests.llm_server.fixture import LLMServerHandle
from tests.llm_server.openai_wire import SENTENCES, TEXT, TOOL, TOOL_ARGUMENTS, TOOL_CALL_ID
from tests.personas import examples
from tests.playground.rehearsals import DEADLINE_S, Watcher

pytestmark = pytest.mark.django_db(transaction=True)

KEY = "sk-canary-0123456789abcdef"


@pytest.fixture(autouse=True)
def loopback_is_open(settings: Settings) -> None:
    settings.OUTBOUND_PRIVATE_HOSTS = ["127.0.0.1:*"]


def imported(document: str, owner: User, server: LLMServerHandle) -> Conversation:
    """Return a conversation on the imported persona, whose one secret for the LLM has a value now."""
    persona_import = import_draft(read_document(document), by=owner)
    secret = persona_import.persona.token_secret
    assert secret is not None
    secret.allowed_hosts = [server.url]
    save_secret(secret, by=owner)
    set_value(TokenSecret.objects.get(pk=secret.pk), KEY, by=owner)
    return Conversation.objects.create(
        owner=owner, persona_version=persona_import.version, properties={"simulated_speech": "instant"}
    )


async def weather_conversation(owner: User, server: LLMServerHandle) -> Conversation:
    document = examples.WEATHER_ASSISTANT.replace("open-ai-compatible-llm-http-endpoint", f"{server.url}/v1")
    return await database_sync_to_async(imported)(document, owner, server)


async def yandex_conversation(owner: User, server: LLMServerHandle) -> Conversation:
    document = examples.YANDEX_GPT.replace("https://llm.api.cloud.yandex.net", server.url)
    return await database_sync_to_async(imported)(document, owner, server)


async def events_of_turn(conversation: Conversation, text: str) -> list[Json]:
    """Run one turn with the real runner and client; return its events."""
    runner = Runner(limits=DEFAULT_LIMITS)
    try:
        watcher = Watcher(runner.hub.attach(conversation.pk))
        await runner.respond(conversation.pk, text)
        await watcher.until_closed()
    finally:
        await runner.shutdown(DEADLINE_S)
        await client.aclose()
    return watcher.events


def of(events: list[Json], event_type: str) -> list[Json]:
    return [event["properties"] for event in events if event["event_type"] == event_type]


async def test_the_weather_persona_as_tavus_sends_it(admin_user: User, llm_server: LLMServerHandle) -> None:
    conversation = await weather_conversation(admin_user, llm_server)
    events = await events_of_turn(conversation, "What's the weather in Paris, in °C?")
    (request,) = llm_server.requests()
    body = (
        '{"model":"custom_model_here","messages":[{"role":"system","content":"You are a helpful assistant.\\n\\n'
        'Help users get the weather for a given location."},{"role":"user","content":"What\'s the weather in Paris, '
        'in °C?"}],"stream":true,"tools":[{"type":"function","function":{"name":"get_current_weather",'
        '"description":"Get the current weather in a given location","parameters":{"type":"object","properties":'
        '{"location":{"type":"string","description":"The city and state, e.g. San Francisco, CA"},"unit":{"type":'
        '"string","enum":["celsius","fahrenheit"]}},"required":["location"]}}}]}'
    )
    assert (request["method"], request["target"]) == ("POST", "/v1/chat/completions")
    assert sorted(map(tuple, request["headers"])) == [
        ("Accept", "application/json"),
        ("Accept-Encoding", "identity"),
        ("Authorization", f"Bearer {KEY}"),
        ("Content-Length", str(len(body.encode()))),
        ("Content-Type", "application/json"),
        ("Host", f"127.0.0.1:{llm_server.port}"),
        ("User-Agent", "Greenroom"),
        ("conversation_id", conversation.pk),
    ]
    assert request["body"] == body
    (call,) = of(events, "conversation.tool_call")
    assert call["name"] == TOOL
    assert call["arguments"] == TOOL_ARGUMENTS
    assert call["tool_call_id"] == TOOL_CALL_ID
    assert events[-1]["properties"]["finish_reason"] == "tool_calls"


async def test_the_second_reply_as_jaicp_sends_it(admin_user: User, llm_server: LLMServerHandle) -> None:
    conversation = await yandex_conversation(admin_user, llm_server)
    events = await events_of_turn(conversation, "Расскажи сказку")
    (request,) = llm_server.requests()
    body = (
        '{"model":"gpt://folder12345/yandexgpt","messages":[{"role":"user","content":"Расскажи сказку"}],'
        '"stream":true,"maxTokens":150,"temperature":0.6}'
    )
    assert (request["method"], request["target"]) == ("POST", "/v1/chat/completions")
    assert sorted(map(tuple, request["headers"])) == [
        ("Accept", "application/json"),
        ("Accept-Encoding", "identity"),
        ("Authorization", f"Api-Key {KEY}"),
        ("Content-Length", str(len(body.encode()))),
        ("Content-Type", "application/json"),
        ("Host", f"127.0.0.1:{llm_server.port}"),
        ("User-Agent", "Greenroom"),
    ]
    assert request["body"] == body
    closed = events[-1]["properties"]
    assert closed["text"] == closed["heard_text"] == TEXT
    assert "".join(delta["text"] for delta in of(events, "playground.delta")) == TEXT
    assert tuple(sentence["text"] for sentence in of(events, "playground.sentence")) == SENTENCES


async def test_what_was_read_is_what_the_official_client_reads(
    admin_user: User, llm_server: LLMServerHandle
) -> None:
    conversation = await weather_conversation(admin_user, llm_server)
    events = await events_of_turn(conversation, "What's the weather in Paris?")
    sent = of(events, "playground.request")[0]["request"]["body"]
    async with AsyncOpenAI(base_url=f"{llm_server.url}/v1", api_key=KEY) as client:
        stream = await client.chat.completions.create(**sent)
        name = arguments = call_id = reason = ""
        async for chunk in stream:
            choice = chunk.choices[0]
            reason = choice.finish_reason or reason
            for fragment in choice.delta.tool_calls or ():
                assert fragment.function is not None
                call_id = fragment.id or call_id
                name += fragment.function.name or ""
                arguments += fragment.function.arguments or ""
    (call,) = of(events, "conversation.tool_call")
    assert (call["tool_call_id"], call["name"], call["arguments"]) == (call_id, name, arguments)
    assert events[-1]["properties"]["finish_reason"] == reason


async def test_the_official_client_sends_the_same_body(admin_user: User, llm_server: LLMServerHandle) -> None:
    conversation = await weather_conversation(admin_user, llm_server)
    events = await events_of_turn(conversation, "What's the weather in Paris?")
    sent = of(events, "playground.request")[0]["request"]["body"]
    async with AsyncOpenAI(base_url=f"{llm_server.url}/v1", api_key=KEY) as client:
        stream = await client.chat.completions.create(
            model=sent["model"], messages=sent["messages"], stream=True, tools=sent["tools"]
        )
        async for _ in stream:
            pass
    ours, theirs = llm_server.requests()
    assert json.loads(ours["body"]) == json.loads(theirs["body"])
    assert ours["target"] == theirs["target"]


async def test_the_key_is_nowhere_but_on_the_wire(admin_user: User, llm_server: LLMServerHandle) -> None:
    conversation = await yandex_conversation(admin_user, llm_server)
    events = await events_of_turn(conversation, "Hello")
    rows = [row async for row in Turn.objects.values()] + [row async for row in Completion.objects.values()]
    assert KEY not in json.dumps(events)
    assert KEY not in repr(rows)
    assert "Api-Key MY_TOKEN" in repr(rows)


@pytest.mark.parametrize(
    ("behaviour", "code", "kept"),
    [
        ("unauthorised", "auth_failed", ""),
        ("not-found", "not_found", ""),
        ("html", "bad_response", ""),
        ("dies", "truncated", "Once upon a time"),
    ],
)
async def test_a_failed_turn_says_why_keeps_its_text_and_the_next_one_is_fine(
    admin_user: User, llm_server: LLMServerHandle, behaviour: str, code: str, kept: str
) -> None:
    conversation = await yandex_conversation(admin_user, llm_server)
    version = conversation.persona_version
    good = version.document["llm"]["address"]
    await _point_at(conversation, llm_server.completions_url(behaviour))
    failed = (await events_of_turn(conversation, "Hello"))[-1]
    assert failed["event_type"] == "playground.turn.failed"
    assert failed["properties"]["error"]["code"] == code
    assert failed["properties"]["error"]["message"].endswith((".", "?"))
    assert failed["properties"]["text"].startswith(kept)
    await _point_at(conversation, good)
    assert (await events_of_turn(conversation, "And now?"))[-1]["event_type"] == "playground.turn.completed"


async def test_nobody_at_the_address_is_said_in_one_sentence(
    admin_user: User, llm_server: LLMServerHandle
) -> None:
    conversation = await yandex_conversation(admin_user, llm_server)
    refused = llm_server.ports["refused"]
    secret = await TokenSecret.objects.aget(name="MY_TOKEN")
    secret.allowed_hosts = [f"http://127.0.0.1:{refused}"]
    await secret.asave()
    await _point_at(conversation, f"http://127.0.0.1:{refused}/v1/chat/completions")
    error = (await events_of_turn(conversation, "Hello"))[-1]["properties"]["error"]
    assert error["code"] == "connect_refused"
    assert f"127.0.0.1:{refused}" in error["message"]


async def _point_at(conversation: Conversation, address: str) -> None:
    """A new version of the persona that is called at another address."""
    old = conversation.persona_version
    document = old.document | {"llm": old.document["llm"] | {"address": address}}
    model = type(old)
    conversation.persona_version = await model.objects.acreate(
        persona_ref=old.persona_ref, number=old.number + await model.objects.acount(), document=document
    )
    await conversation.asave()
