"""The page of an inspected request: what it shows, and what is made of the request."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from personas.models import Persona, TokenSecret
from personas.saving import save_persona
from playground.engine.addresses.address import parse_address
from playground.engine.webhook_signature import signature_headers, written_key
from playground.inspectors.replay import PreparedReplay, ReplayedAnswer
from playground.models import Conversation, InspectedRequest, Inspector
from playground.storage.callback_keys import make_key
from playground.storage.start_conversation import ConversationOptions, start_conversation
from playground.views.inspectors import offered_personas
from tests.engine.personas import WEATHER_TOOL
from tests.personas.making import make_persona
from tests.playground.views.inspectors.requests import BODY, address, received, shown

pytestmark = pytest.mark.django_db


def test_a_request_is_shown_whole(client: Client, inspector: Inspector) -> None:
    row = received(inspector, headers_as_sent=False, query="a=1")
    page = shown(client, address("request", row))
    for text in ("X-Trace", "Bearer [secret]", "?a=1", "You are Ann.", "not one of Greenroom's secrets"):
        assert text in page
    assert "The case in which names were sent is not available under Daphne." in page
    assert "stream_options is not sent by Tavus." in page
    assert "There is no conversation_id header" in page
    assert "answer-picture" in page
    assert client.get(address("request-body", row)).json() == {"body": BODY}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\x00",
        b"[" * 3_000,
        b'{"messages": 1}',
        b'{"messages": [1, {"tool_calls": [3]}], "a": NaN}',
        b"{}",
        b'{"messages": [{"role": "user", "content": "\\ud800 \\u0000"}]}',
    ],
)
def test_any_body_has_its_page(client: Client, inspector: Inspector, body: bytes) -> None:
    row, other = received(inspector, body), received(inspector)
    shown(client, address("request", row))
    shown(client, address("compare", other), **{"with": str(row.number)})
    shown(client, reverse("inspectors:detail", args=[inspector.pk]))
    shown(client, reverse("inspectors:detail", args=[inspector.pk]), q="x")


@pytest.mark.parametrize(
    ("fields", "is_told"),
    [
        ({"headers": [["Content-Type", "text/plain"]]}, True),
        ({"headers": [["Content-Type", "text/plain"]], "path": "/notes"}, False),
        ({"headers": [["Content-Type", "application/json"]], "path": "/notes"}, True),
        ({"body_kept": InspectedRequest.Kept.BROKEN_OFF}, False),
    ],
)
def test_why_a_body_is_no_json_is_told_where_it_is_meant_as_such(
    client: Client, inspector: Inspector, fields: dict[str, Any], is_told: bool
) -> None:
    assert (
        "Line 1, column 1" in shown(client, address("request", received(inspector, b"hi", **fields)))
    ) is is_told


def test_the_prompts_parts_have_their_origin_where_the_request_is_our_own(
    client: Client, inspector: Inspector, maker: User
) -> None:
    persona = make_persona(system_prompt="You are Ann.", context="You sell boats.", address="/demo/v1")
    of_jaicp = make_persona(persona_name="Zoe", platform="jaicp", address="/demo/v1/chat/completions")
    for each in persona, of_jaicp:
        save_persona(each, by=None)
    options = ConversationOptions(conversational_context="To Bob.")
    conversation = start_conversation(persona, options, owner=maker)
    content = "You are Ann.\n\nYou sell boats.\n\nTo Bob."
    body = {"messages": [{"role": "system", "content": content}]}
    row = received(inspector, body, conversation_id=conversation.pk)
    page = client.get(address("request", row))
    assert f'<option value="{persona.pk}" selected>' in page.content.decode()
    other = client.get(address("request", received(inspector, body)))
    assert (other.context["likeliest"], other.context["proposed"]) == ("jaicp", of_jaicp.pk)
    parts = page.context["shown"].origins
    assert [(part.origin, part.text) for part in parts] == [
        ("system_prompt", "You are Ann."),
        ("context", "You sell boats."),
        ("conversational_context", "To Bob."),
    ]


def test_two_turns_are_compared(client: Client, inspector: Inspector) -> None:
    first = received(inspector, conversation_id="c1")
    received(inspector, conversation_id="c2")
    messages = [*BODY["messages"], {"role": "assistant", "content": "A wolf it was."}]
    second = received(inspector, BODY | {"messages": messages, "n": 2}, conversation_id="c1")
    page = client.get(address("request", second))
    assert page.context["compare_with"] == first.number
    compared = shown(client, address("compare", second), **{"with": str(first.number)})
    assert "2 kept, 0 dropped, 1 added." in compared
    assert "A wolf it was." in compared


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"server": "uvicorn"}, "uvicorn adds Server, Date, Transfer-Encoding or Connection"),
        ({"server": "Greenroom"}, "Greenroom adds Content-Security-Policy and X-Content-Type-Options"),
        ({"answer": Inspector.Answer.PASS_ON}, "Daphne adds Transfer-Encoding or Connection"),
    ],
)
def test_what_a_client_got_beside_the_recorded_headers_is_said(
    client: Client, inspector: Inspector, fields: dict[str, Any], sentence: str
) -> None:
    assert sentence in shown(client, address("request", received(inspector, **fields)))


def test_a_persona_is_made_of_it(client: Client, inspector: Inspector) -> None:
    row = received(inspector)
    answer = client.post(address("make-persona", row), {"platform": "tavus"})
    made = Persona.objects.get()
    assert answer.headers["Location"] == reverse("personas:edit", args=[made.pk])
    assert (made.model, made.system_prompt, made.tools) == ("gpt-4o", "You are Ann.", [WEATHER_TOOL])
    assert made.address == inspector.path


@pytest.mark.parametrize("platform", ["tavus", "jaicp"])
def test_a_persona_has_the_headers_that_the_caller_set_but_no_keys(
    client: Client, inspector: Inspector, platform: str
) -> None:
    TokenSecret.objects.create(name="LLM_KEY")
    own = [["X-Trace", "7"], ["X-Tenant", "acme"]]
    of_others = [
        ["Content-Type", "application/json"], ["conversation_id", "c1"], ["x-stainless-lang", "python"],
        ["X-Forwarded-For", "10.0.0.1"], ["Connection", "keep-alive, X-Hop"], ["X-Hop", "1"], ["Upgrade", "h2c"],
        ["Cookie", "[secret]"], ["Sec-Fetch-Mode", "cors"], ["x-trace", "8"], ["X-Umlaut", "\xe4"],
    ]  # fmt: skip
    keys = [["Api-Key", "1"], ["X-Sent", "a [secret]"], ["X-Named", "LLM_KEY"], ["X-Told", "{{secret:ANY}}"]]
    row = received(inspector, headers=[*own, ["Authorization", "Bearer [secret]"], *of_others, *keys])
    answer = client.post(address("make-persona", row), {"platform": platform}, follow=True)
    made = Persona.objects.get()
    assert (made.headers, made.token_secret) == (own, None)
    assert "Api-Key, X-Sent, X-Named, X-Told" in answer.content.decode()


def test_a_persona_of_a_passed_on_request_calls_the_server_itself(
    client: Client, inspector: Inspector
) -> None:
    inspector.answer, inspector.forward_url = Inspector.Answer.PASS_ON, "https://llm.example.com/v1"
    row = received(inspector)
    client.post(address("make-persona", row), {"platform": "jaicp"})
    made = Persona.objects.get()
    assert made.address == "https://llm.example.com/v1/chat/completions"
    assert made.persona_name == f"{inspector.name} #{row.number}"


def test_no_persona_is_made_of_another_body(client: Client, inspector: Inspector) -> None:
    answer = client.post(address("make-persona", received(inspector, b"hello")), follow=True)
    assert "No persona can be made of it" in answer.content.decode()
    assert not Persona.objects.exists()


def test_a_conversation_is_made_of_it_and_those_before(
    client: Client, inspector: Inspector, maker: User
) -> None:
    persona = make_persona(system_prompt="You are Ann.", address="/demo/v1")
    save_persona(persona, by=None)
    received(inspector, conversation_id="c1", answer_body=b"data: [DONE]\n\n", answer_parts=[[1, 14]])
    row = received(inspector, conversation_id="c1", answer_body=b"data: [DONE]\n\n", answer_parts=[[1, 14]])
    answer = client.post(address("make-conversation", row), {"persona": persona.pk, "scope": "conversation"})
    made = Conversation.objects.get(owner=maker)
    assert answer.headers["Location"] == reverse("playground:conversation", args=[made.pk])
    assert made.turns.count() == 2


def test_it_is_copied_as_curl_with_a_variable_for_its_key(client: Client, inspector: Inspector) -> None:
    curl = client.get(address("request", received(inspector))).context["curl"]
    assert f"--request POST {inspector.address}/chat/completions" in curl
    assert (
        "'Authorization: Bearer '\"${LLM_KEY:?Set the environment variable LLM_KEY to the key of the" in curl
    )
    assert "[secret]" not in curl


@pytest.mark.parametrize(("chosen", "model"), [("persona", "mine"), ("recorded", "gpt-4o"), ("", "mine")])
def test_it_is_replayed_with_the_chosen_model(
    client: Client, inspector: Inspector, monkeypatch: pytest.MonkeyPatch, chosen: str, model: str
) -> None:
    cache.clear()  # how many checks a user of this id began, in other tests too
    sent: list[PreparedReplay] = []

    async def replay(prepared: PreparedReplay) -> ReplayedAnswer:
        sent.append(prepared)
        return ReplayedAnswer(status=200)

    monkeypatch.setattr("playground.views.inspectors.requests.replay", replay)
    persona = make_persona(address="/demo/v1", model="mine")
    save_persona(persona, by=None)
    row = received(inspector)
    assert "as recorded: gpt-4o" in shown(client, address("request", row))
    client.post(address("replay", row), {"persona": persona.pk, "model": chosen})
    assert sent[0].wire is not None
    assert json.loads(sent[0].wire.body)["model"] == model


def test_personas_beyond_the_offered_ones_are_found(
    client: Client, inspector: Inspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offered_personas, "MOST", 2)
    row = received(inspector)
    for name in ("Ada", "Berta"):
        save_persona(make_persona(persona_name=name), by=None)
    assert "find-persona" not in shown(client, address("request", row))
    save_persona(make_persona(persona_name="Zoe"), by=None)
    page = shown(client, address("request", row))
    assert "search for the others" in page
    assert ">Zoe</option>" not in page
    searched = shown(client, address("request", row), persona="zoe")
    assert searched.count(">Zoe</option>") == 2
    assert ">Ada</option>" not in searched
    assert "No persona fits." in shown(client, address("request", row), persona="xyz")


def callback(inspector: Inspector, *keys: str, body: bytes = b"", late_s: int = 0) -> InspectedRequest:
    """Store a callback that these keys signed, possibly with another body."""
    sent = json.dumps({"event_type": "system.shutdown", "message_type": "system", "conversation_id": "c9"})
    now = timezone.now()
    headers = signature_headers("m1", body or sent.encode(), keys, timestamp_s=int(now.timestamp()) - late_s)
    return received(
        inspector, sent.encode(), path="", arrived_at=now, headers=[list(header) for header in headers]
    )


def test_a_callback_is_told_from_a_completion_with_the_verdict_on_its_signature(
    client: Client, inspector: Inspector, maker: User
) -> None:
    key = make_key(maker, parse_address(inspector.address).entry).written
    for row, says in (
        (callback(inspector, key), "✓ signed with a key of this receiver"),
        (callback(inspector, key, late_s=999), "signed with a key of this receiver, at another time"),
        (callback(inspector, key, body=b"{}"), "signed with no key of this receiver, or changed since"),
        (callback(inspector, written_key(b"k" * 32)), "signed with no key of this receiver"),
        (callback(inspector), "not signed"),
    ):
        page = shown(client, address("request", row))
        assert says in page
        assert "system.shutdown" in page
        assert "Compared with the platforms" not in page
        assert "answer-picture" not in page
