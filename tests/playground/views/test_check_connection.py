"""Check connection: what one tiny request shows, from values that aren't saved, within the secrets' hosts."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import AsyncClient
from django.urls import reverse

from personas.forms.persona import data_of
from personas.models import Persona
from personas.saving import save_persona, save_secret
from personas.secrets import clear_value
from playground.connection_check import CHECK_LIMITS, PreparedCheck, observe
from playground.engine.connection_check import Observation
from playground.engine.connection_check import check_notes as notes_of
from playground.engine.errors.codes import Code
from playground.storage.start_conversation import ConversationOptions, start_conversation
from playground.views.checks import CHECKS
from tests.conftest import REHEARSE, make_user
from tests.llm_server.fixture import LLMServerHandle
from tests.personas.making import CANARY, make_persona, make_secret
from tests.playground.sending import wire

pytestmark = [pytest.mark.usefixtures("loopback_is_open"), pytest.mark.django_db(transaction=True)]

URL = "/playground/check-connection/"
Check = Callable[..., Any]


@pytest.fixture
def editor(transactional_db: None) -> User:
    cache.clear()
    return make_user("alice", *REHEARSE)


@pytest.fixture
def check(editor: User, llm_server: LLMServerHandle) -> Check:
    """Post the form of a stored persona with these changes; the findings by what was looked at."""
    secret = make_secret(hosts=(f"http://127.0.0.1:{llm_server.port}",))
    persona = make_persona(address="https://llm.example.com/v1", token_secret=secret)
    save_persona(persona, by=None)
    data = data_of(persona) | {"persona": persona.pk}
    client = AsyncClient()
    client.force_login(editor)

    async def check_notes(behaviour: str = "", /, **changes: Any) -> dict[str, tuple[str, str]]:
        address = {"address": llm_server.base_url(behaviour)} if behaviour else {}
        answer = await client.post(URL, data | address | changes)
        assert answer.status_code == 200
        assert CANARY not in answer.content.decode()
        context_notes = answer.context["notes"]
        return {note.subject: (str(note.grade), note.sentence) for note in context_notes}

    return check_notes


def test_the_address_is_the_one_that_is_used_here() -> None:
    assert reverse("playground:check") == URL


async def test_a_good_server_is_good_in_everything_but_tls(check: Check, llm_server: LLMServerHandle) -> None:
    notes = await check("ok")
    grades = {what: grade for what, (grade, _) in notes.items()}
    assert grades.pop("TLS") == "warning"
    assert grades.pop("Streams") in ("good", "warning")
    assert set(grades.values()) == {"good"}
    assert list(grades) == [
        "Reachable", "Authorised", "First delta", "First chunk", "Finish reason", "[DONE]", "Closes",
    ]  # fmt: skip
    (request,) = llm_server.requests()
    assert request["target"] == "/ok/v1/chat/completions"
    body = json.loads(request["body"])
    assert body["stream"] is True
    assert [message["role"] for message in body["messages"]] == ["user"]
    assert f"Bearer {CANARY}" in [value for _, value in request["headers"]]


@pytest.mark.parametrize(
    ("behaviour", "what", "grade", "words"),
    [
        ("unauthorised", "Authorised", "bad", "Incorrect API key"),
        ("forbidden", "Authorised", "bad", "access to this model"),
        ("not-found", "Answer", "bad", "Not Found"),
        ("redirect", "Answer", "bad", "redirect"),
        ("json-answer", "Streams", "bad", "as one piece"),
        ("coalesced", "Streams", "warning", "something buffers them"),
        ("no-done", "[DONE]", "warning", "didn't come"),
        ("no-finish", "Finish reason", "warning", "None came"),
        ("clean-cut", "Answer", "bad", "the connection ended before"),
        ("error-in-stream", "Answer", "bad", "The server says: The server had an error"),
        ("malformed-one", "Answer", "bad", "breaks off in the middle of its JSON"),
        ("html", "Answer", "bad", ""),
        ("keeps-open", "Closes", "warning", "kept the stream open"),
        ("tool-whole", "First delta", "warning", "a tool call"),
        ("close", "Answer", "bad", ""),
        ("gzipped", "Answer", "bad", ""),
    ],
)
async def test_what_is_odd_is_told(check: Check, behaviour: str, what: str, grade: str, words: str) -> None:
    notes = await check(behaviour)
    assert notes[what][0] == grade, notes
    assert words in notes[what][1]


async def test_a_stream_that_we_left_is_not_said_to_have_been_cut_off(llm_server: LLMServerHandle) -> None:
    request = PreparedCheck(wire(llm_server.completions_url("stall")), (), None, is_tls=False, is_own=False)

    verdict = (await observe(request, replace(CHECK_LIMITS, content_gap_ms=200))).verdict

    assert verdict is not None and verdict.code is Code.STALLED
    assert "so Greenroom hung up" in verdict.message


def test_times_read_as_on_the_playground() -> None:
    answered = Observation(is_tls=True, is_own=False, sends_secret=True, status=200, is_event_stream=True)
    slow = replace(answered, headers_ms=1_510, first_delta_ms=12_340, payload_times_ms=[0, 4_000])
    sentences = {note.subject: note.sentence for note in notes_of(slow)}
    assert sentences["Reachable"] == "The server answered after 1,510 ms."
    assert sentences["First delta"].startswith("After 12.3 s: ")
    assert sentences["Streams"] == "2 chunks over 4,000 ms."


async def test_an_echoed_key_is_masked(check: Check) -> None:
    notes = await check("unauthorised-echo")
    assert notes["Authorised"][0] == "bad"


async def test_nothing_listens_there(check: Check) -> None:
    notes = await check(address="http://127.0.0.1:9/v1", token_secret="")
    assert notes["Reachable"][0] == "bad"


async def test_an_unsaved_address_gets_no_secret_that_may_not_go_there(
    check: Check, llm_server: LLMServerHandle
) -> None:
    notes = await check(address=f"http://localhost:{llm_server.port}/ok/v1")
    assert notes == {"Not sent": ("bad", notes["Not sent"][1])}
    assert f"may not be sent to http://localhost:{llm_server.port}" in notes["Not sent"][1]
    assert llm_server.requests() == []


async def test_a_secret_of_another_name_is_not_sent_by_a_header(
    check: Check, llm_server: LLMServerHandle
) -> None:
    notes = await check("ok", headers="X-Key: {{secret:OTHER_KEY}}")
    assert "OTHER_KEY" in notes["Not sent"][1]
    assert llm_server.requests() == []


async def test_what_is_wrong_in_the_form_is_said_and_nothing_is_sent(
    check: Check, llm_server: LLMServerHandle
) -> None:
    notes = await check("ok", headers="Host: a.example")
    assert "belongs to the connection" in notes["Not sent"][1]
    assert llm_server.requests() == []


async def test_nothing_of_the_form_is_stored(check: Check) -> None:
    await check("ok", model="unsaved")
    assert await Persona.objects.filter(model="unsaved").acount() == 0


async def test_checks_are_limited(check: Check, llm_server: LLMServerHandle) -> None:
    for _ in range(CHECKS):
        await check(address="open-ai-compatible-llm-http-endpoint")
    notes = await check("ok")
    assert f"At most {CHECKS} checks" in notes["Not sent"][1]
    assert llm_server.requests() == []


async def test_the_demo_llm_answers_inside_this_process(check: Check) -> None:
    notes = await check(address="/demo/v1", token_secret="")
    assert notes["Authorised"][0] == "bad"


@pytest.mark.parametrize(("permissions", "status"), [(("personas.view_persona",), 403), (REHEARSE, 200)])
async def test_who_may_not_edit_checks_nothing(
    permissions: tuple[str, ...], status: int, transactional_db: None
) -> None:
    cache.clear()
    client = AsyncClient()
    await client.aforce_login(await sync_to_async(make_user)("dora", *permissions))
    assert (await client.post(URL, {"persona_name": "A"})).status_code == status


async def test_a_typed_endpoint_is_checked_and_nothing_is_stored(
    transactional_db: None, llm_server: LLMServerHandle
) -> None:
    cache.clear()
    client = AsyncClient()
    user = await sync_to_async(make_user)("bob", *REHEARSE, "personas.add_tokensecret")
    await sync_to_async(client.force_login)(user)
    typed = {"base_url": llm_server.base_url("echo-secret"), "key": CANARY, "model": "m", "platform": "jaicp"}
    answer = await client.post(reverse("playground:check-endpoint"), typed)
    assert {note.subject: note.grade for note in answer.context["notes"]}["Authorised"] == "good"
    assert CANARY not in answer.content.decode()
    (request,) = llm_server.requests()
    assert f"Bearer {CANARY}" in [value for _, value in request["headers"]]
    assert not await Persona.objects.aexists()
    refused = await client.post(reverse("playground:check-endpoint"), typed | {"base_url": "nowhere"})
    assert [note.subject for note in refused.context["notes"]] == ["Not sent"]


async def test_a_conversation_checks_the_server_that_its_turns_call(
    editor: User, llm_server: LLMServerHandle
) -> None:
    def started() -> str:
        secret = make_secret(hosts=(f"http://127.0.0.1:{llm_server.port}",))
        persona = make_persona(address=llm_server.base_url("ok"), token_secret=secret)
        save_persona(persona, by=None)
        conversation = start_conversation(persona, ConversationOptions(), owner=editor)
        clear_value(secret, by=None)
        save_secret(secret, by=None)
        return conversation.pk

    client = AsyncClient()
    await sync_to_async(client.force_login)(editor)
    path = reverse("playground:check-conversation", args=[await sync_to_async(started)()])
    answer = await client.post(path)
    assert [note.subject for note in answer.context["notes"]] == ["Not sent"]
    other = AsyncClient()
    await sync_to_async(other.force_login)(await sync_to_async(make_user)("eve", *REHEARSE))
    assert (await other.post(path)).status_code == 404
    assert llm_server.requests() == []
