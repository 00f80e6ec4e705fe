"""The pages of inspectors: who sees what, the form, the list, one request and what is done with it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from dashboard.roles import Role
from personas.models import Persona, TokenSecret
from personas.saving import save_persona
from playground.engine.addresses.address import parse_address
from playground.engine.webhook_signature import signature_headers, written_key
from playground.inspectors.bounds import INSPECTORS_OF_A_USER
from playground.inspectors.replay import PreparedReplay, ReplayedAnswer
from playground.models import Conversation, InspectedRequest, Inspector
from playground.storage.callback_keys import make_key
from playground.storage.start_conversation import ConversationOptions, start_conversation
from tests.conftest import signed_in
from tests.dashboard.roles import person
from tests.engine.personas import WEATHER_TOOL
from tests.personas.making import make_persona

pytestmark = pytest.mark.django_db

BODY: dict[str, Any] = {
    "model": "gpt-4o",
    "messages": [
        {"role": "system", "content": "You are Ann."},
        {"role": "user", "content": "Tell me about the wolf"},
    ],
    "stream": True,
    "stream_options": {"include_usage": True},
    "tools": [WEATHER_TOOL],
}
HEADERS = [["Authorization", "Bearer [secret]"], ["Content-Type", "application/json"], ["X-Trace", "7"]]


@pytest.fixture
def maker() -> User:
    return person(Role.EDITOR, "alice")


@pytest.fixture
def client(maker: User) -> Client:
    return signed_in(maker)


@pytest.fixture
def inspector(maker: User) -> Inspector:
    return Inspector.objects.create(maker=maker, name="What is sent")


def received(inspector: Inspector, body: object = BODY, **fields: Any) -> InspectedRequest:
    """Store a request that the inspector answered."""
    inspector.last_number += 1
    inspector.save()
    values: dict[str, Any] = {
        "inspector": inspector,
        "number": inspector.last_number,
        "arrived_at": timezone.now(),
        "method": "POST",
        "path": "/chat/completions",
        "http_version": "1.1",
        "headers": HEADERS,
        "body": body if isinstance(body, bytes) else json.dumps(body).encode(),
        "answer": Inspector.Answer.DEMO,
        "answer_status": 200,
        "ended": InspectedRequest.End.COMPLETE,
        "authentication": InspectedRequest.Authentication.UNKNOWN,
        "server": "Daphne",
    }
    values = values | fields
    return InspectedRequest.objects.create(**values | {"body_bytes": len(values["body"])})


def address(name: str, row: InspectedRequest) -> str:
    return reverse(f"inspectors:{name}", args=[row.inspector_id, row.number])


def shown(client: Client, path: str, **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def listed(client: Client, inspector: Inspector, **query: str) -> list[int]:
    """Return the numbers of the requests in the list, in its order."""
    answer = client.get(reverse("inspectors:detail", args=[inspector.pk]), query)
    return [each.row.number for group in answer.context["requests"].groups for each in group.requests]


def test_an_empty_list_says_what_it_is_for_and_offers_the_next_step(client: Client) -> None:
    page = shown(client, reverse("inspectors:list"))
    assert "Every request to it is recorded whole" in page
    assert "Make the first one" in page


def test_the_form_makes_an_inspector_that_answers_as_chosen(client: Client, maker: User) -> None:
    typed = {
        "name": "Slow",
        "lifetime_days": "2",
        "answer": "text",
        "text": "One moment.",
        "first_delta_ms": "900",
        "delta_ms": "",
    }
    answer = client.post(reverse("inspectors:new"), typed)
    made = Inspector.objects.get()
    assert answer.headers["Location"] == reverse("inspectors:detail", args=[made.pk])
    assert (made.maker, made.name, made.answer) == (maker, "Slow", "text")
    assert made.answer_settings["text"] == "One moment."
    assert (made.answer_settings["first_delta_ms"], made.answer_settings["delta_ms"]) == (900, 25)
    assert timedelta(days=1) < made.expires_at - timezone.now() <= timedelta(days=2)


@pytest.mark.parametrize("url", ["", "not an address"])
def test_passing_on_needs_a_server(client: Client, url: str) -> None:
    typed = {"name": "On", "lifetime_days": "7", "answer": "pass_on", "forward_url": url}
    answer = client.post(reverse("inspectors:new"), typed)
    assert answer.status_code == 422
    assert answer.context["form"].errors["forward_url"]
    assert not Inspector.objects.exists()


def test_a_user_makes_so_many_and_no_more(client: Client, maker: User) -> None:
    Inspector.objects.bulk_create(
        Inspector(maker=maker, name=str(number)) for number in range(INSPECTORS_OF_A_USER)
    )
    assert client.get(reverse("inspectors:new")).status_code == 409


def test_while_it_waits_it_says_what_to_enter_where(client: Client, inspector: Inspector) -> None:
    page = shown(client, reverse("inspectors:detail", args=[inspector.pk]))
    assert "Waiting for the first request" in page
    for entered in ("layers.llm.base_url", f"{inspector.address}/chat/completions", "tokenSecret", "curl"):
        assert entered in page
    received(inspector)
    assert "Waiting for the first request" not in shown(
        client, reverse("inspectors:detail", args=[inspector.pk])
    )


def test_only_the_maker_and_admins_see_it(inspector: Inspector) -> None:
    row = received(inspector)
    pages = [reverse("inspectors:detail", args=[inspector.pk]), address("request", row)]
    for page in pages:
        assert signed_in(person(Role.ADMIN, f"root{len(page)}")).get(page).status_code == 200
        assert signed_in(person(Role.EDITOR, f"bob{len(page)}")).get(page).status_code == 404
    others = signed_in(person(Role.EDITOR, "carol"))
    assert inspector.name not in shown(others, reverse("inspectors:list"))
    assert others.post(address("request-delete", row)).status_code == 404
    assert InspectedRequest.objects.count() == 1


def test_viewers_have_no_way_there() -> None:
    client = signed_in(person(Role.VIEWER))
    assert reverse("inspectors:list") not in shown(client, reverse("home"))
    assert client.get(reverse("inspectors:new")).status_code == 403


def test_the_list_is_grouped_filtered_and_searched(client: Client, inspector: Inspector) -> None:
    received(inspector, conversation_id="c1")
    received(inspector, {"messages": [{"role": "user", "content": "Ёлка"}]}, conversation_id="c1")
    received(inspector, b"", method="GET", path="/models", answer_status=404)
    received(inspector, conversation_id="c2", ended=InspectedRequest.End.OPEN, answer_status=None)
    assert listed(client, inspector) == [4, 3, 2, 1]
    page = client.get(reverse("inspectors:detail", args=[inspector.pk]))
    assert [group.conversation_id for group in page.context["requests"].groups] == ["c2", "", "c1"]
    assert "“Tell me about the wolf”" in page.content.decode()
    unkept = received(inspector, b"", body_kept=InspectedRequest.Kept.UNSEARCHABLE)
    packed = received(inspector, b"\x81\xa5model\xa6gpt-4o")
    page = client.get(reverse("inspectors:detail", args=[inspector.pk]))
    summaries = [each.summary for group in page.context["requests"].groups for each in group.requests]
    assert summaries[:2] == ["14 bytes", "0 bytes, not kept"]
    packed.delete()
    unkept.delete()
    assert listed(client, inspector, conversation="c1") == [2, 1]
    assert listed(client, inspector, method="GET") == [3]
    assert listed(client, inspector, status="4") == [3]
    assert listed(client, inspector, status="open") == [4]
    assert listed(client, inspector, status="9") == [4, 3, 2, 1]
    assert listed(client, inspector, q="ёлка") == [2]
    assert listed(client, inspector, q="THE WOLF") == [4, 1]
    assert listed(client, inspector, q="x-trace: 7", method="POST") == [4, 2, 1]
    assert listed(client, inspector, q="nowhere") == []
    assert listed(client, inspector, older="3") == [2, 1]


def test_the_page_says_how_many_requests_left_no_record_and_why(client: Client, inspector: Inspector) -> None:
    path = reverse("inspectors:detail", args=[inspector.pk])
    assert "Not everything" not in shown(client, path)
    Inspector.objects.update(lost_busy=3, lost_fast=1, lost_unstored=2)
    page = shown(client, path)
    for sentence in (
        "3 requests refused with 429",
        "1 request refused with 429: they came too fast",
        "2 requests or",
    ):
        assert sentence in page
    received(inspector)
    received(inspector).delete()
    assert "1 of 2 recorded requests are kept: beyond 500" in shown(client, path)


def test_the_list_has_pages(client: Client, inspector: Inspector) -> None:
    for _ in range(51):
        received(inspector, b"")
    assert listed(client, inspector) == list(range(51, 1, -1))
    answer = client.get(reverse("inspectors:detail", args=[inspector.pk]))
    assert answer.context["requests"].older_than == 2
    assert listed(client, inspector, older="2") == [1]


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


def test_a_key_for_callers_is_shown_once_to_who_manages_secrets(inspector: Inspector) -> None:
    manager = person(Role.SECRET_MANAGER)
    own = Inspector.objects.create(maker=manager, name="With a secret")
    page = signed_in(manager).post(reverse("inspectors:key", args=[own.pk])).content.decode()
    own.refresh_from_db()
    assert "gi_" in page
    assert len(own.callers_key_digest) == 64


def test_deleting_takes_its_requests_along(client: Client, inspector: Inspector) -> None:
    received(inspector)
    path = reverse("inspectors:delete", args=[inspector.pk])
    assert "the 1 request that it keeps" in shown(client, path)
    client.post(path)
    assert not InspectedRequest.objects.exists()


@pytest.mark.parametrize(
    ("site", "hosts", "says"),
    [
        ("http://127.0.0.1:8765", [], "this machine alone"),
        ("http://192.168.1.5:8765", [], "your own network alone"),
        ("http://127.0.0.1:8765", ["name.example"], "https://name.example"),
        ("https://greenroom.example.org", [], "https://greenroom.example.org"),
    ],
)
def test_the_page_about_public_addresses_says_who_reaches_the_site(
    client: Client, settings: Any, site: str, hosts: list[str], says: str
) -> None:
    settings.SITE_URL, settings.FURTHER_HOSTS = site, hosts
    assert says in " ".join(shown(client, reverse("inspectors:public-address")).split())


def test_what_is_kept_and_how_long_the_rest_stays_is_said(
    client: Client, inspector: Inspector, settings: Settings
) -> None:
    page = reverse("inspectors:detail", args=[inspector.pk])
    lists = [reverse("inspectors:list"), reverse("callbacks:list")]
    assert "deleted when it expires, unless" in client.get(page).content.decode()
    assert "after 30 days" in client.get(lists[1]).content.decode()
    settings.RETENTION_DAYS = 9
    for path in [page, *lists]:
        assert "9 days" in client.get(path).content.decode(), path
    answer = client.post(reverse("inspectors:keep", args=[inspector.pk]), {"keep": "1"}, follow=True)
    assert "stays until someone deletes it" in answer.content.decode()
    assert Inspector.objects.get().is_kept
    client.post(reverse("inspectors:keep", args=[inspector.pk]))
    assert not Inspector.objects.get().is_kept
