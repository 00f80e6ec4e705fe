"""Conversations: one's own alone, in a list, as a transcript, live, and at their end."""

import json
import re
from datetime import timedelta
from html import unescape
from http import HTTPStatus

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from personas.saving import save_persona
from playground.engine.errors.codes import Code
from playground.models import Conversation, Turn
from tests.conftest import make_user, signed_in
from tests.personas.making import make_persona
from tests.playground.rehearsals import make_conversation
from tests.playground.stored_turns import make_turn

TIMELINE = {
    "filler": {"state": "played", "phrase": "Just a moment", "reason": None, "due_ms": 1000},
    "tool_calls": [{"id": "call_1", "name": "get_weather", "arguments": '{"city": "Paris"}', "valid": True}],
    "notes": ["The answer was cut at its length."],
}


def shown(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == HTTPStatus.OK
    return response.content.decode()


def test_an_empty_list_says_what_a_conversation_is(user_client: Client) -> None:
    assert "No conversations yet" in shown(user_client, "/conversations/")


def test_the_list_shows_name_persona_turns_and_failures(user_client: Client, user: User) -> None:
    conversation = make_conversation(user, conversation_name="My Conversation")
    make_turn(conversation, 0)
    make_turn(conversation, 1, status=Turn.Status.FAILED)
    page = shown(user_client, "/conversations/")
    assert "My Conversation" in page
    assert "Mert the Storyteller" in page
    assert '<td class="number" data-label="Turns">2</td>' in page
    assert "1 failed" in page
    assert f'href="/playground/{conversation.pk}/"' in page


def test_a_conversation_without_a_name_is_called_by_the_first_thing_that_was_said(
    user_client: Client, user: User
) -> None:
    conversation = make_conversation(user)
    make_turn(conversation, 0, kind=Turn.Kind.GREETING, text="Hello!")
    make_turn(conversation, 1, user_text="Tell me about the wolf")
    make_turn(conversation, 2, user_text="And then?")
    page = shown(user_client, "/conversations/")
    assert "“Tell me about the wolf”" in page
    assert "And then?" not in page


def test_the_list_asks_the_database_as_often_for_many_as_for_one(
    user_client: Client, user: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_turn(make_conversation(user))
    with CaptureQueriesContext(connection) as captured:
        shown(user_client, "/conversations/")
    for _ in range(5):
        make_turn(make_conversation(user))
    with django_assert_num_queries(len(captured)):
        shown(user_client, "/conversations/")


def test_the_list_holds_ones_own_alone(user_client: Client, other_user: User) -> None:
    make_conversation(other_user, conversation_name="Bob's")
    assert "Bob" not in shown(user_client, "/conversations/")


EDITED = {
    "auth_failed": "token_secret",
    "not_found": "address",
    "secret_missing": "token_secret",
    "secret_not_allowed": "token_secret",
    "blocked_address": "address",
    "bad_request": "model",
    "answer_too_long": "max_answer_s",
}
"""Codes of faults that are put right in the persona, and the field to look at first."""


def talked(owner: User) -> tuple[Conversation, str]:
    """Return a conversation whose persona is still there, and the way to the persona's editor."""
    persona = make_persona()
    version = save_persona(persona, by=owner)
    return Conversation.objects.create(owner=owner, persona_version=version), f'href="/personas/{persona.pk}/'


def fields_led_to(client: Client, conversation: Conversation, way: str) -> list[str]:
    page = shown(client, f"/conversations/{conversation.pk}/")
    return re.findall(f'{re.escape(way)}#id_([a-z_]+)">Open the persona</a>', page)


@pytest.mark.parametrize("code", list(Code))
def test_an_error_that_is_put_right_in_the_persona_leads_there(
    user_client: Client, user: User, code: Code
) -> None:
    conversation, way = talked(user)
    make_turn(conversation, status=Turn.Status.FAILED, error={"code": code, "message": "It failed."})
    assert fields_led_to(user_client, conversation, way) == ([EDITED[code]] if code in EDITED else [])


def test_nobody_is_led_to_a_persona_that_is_gone_or_not_theirs_to_edit(user: User) -> None:
    error = {"code": Code.AUTH_FAILED, "message": "It failed."}
    deleted = make_conversation(user)
    make_turn(deleted, status=Turn.Status.FAILED, error=error)
    assert "Open the persona" not in shown(signed_in(user), f"/conversations/{deleted.pk}/")
    rehearser = make_user("dora", "playground.view_conversation", "playground.add_conversation")
    conversation, _way = talked(rehearser)
    make_turn(conversation, status=Turn.Status.FAILED, error=error)
    for path in ("conversations", "playground"):
        assert "Open the persona" not in shown(signed_in(rehearser), f"/{path}/{conversation.pk}/")


def test_the_live_page_knows_the_way_there_and_back_and_the_codes(user_client: Client, user: User) -> None:
    conversation, way = talked(user)
    page = shown(user_client, f"/playground/{conversation.pk}/")
    back = f"?from={conversation.pk}"
    link = re.search(f'{re.escape(way + back)}" data-part="edit" data-fields="([^"]+)" hidden>', page)
    assert link and json.loads(unescape(link[1])) == EDITED


def test_the_transcript_holds_what_was_said_called_and_answered(user_client: Client, user: User) -> None:
    conversation = make_conversation(user, conversational_context="You are talking to Maya.")
    make_turn(
        conversation,
        user_text="How is the weather?",
        text="Let me look.",
        heard_text="Let me look.",
        timeline=TIMELINE,
        timings={"ttft": 312, "dead_air": None},
        tool_results={"call_1": {"output": "21 degrees", "status": "success"}},
    )
    page = shown(user_client, f"/conversations/{conversation.pk}/")
    for text in (
        "You are talking to Maya.",
        "How is the weather?",
        "Let me look.",
        "Just a moment",
        "get_weather",
        "21 degrees",
        "The answer was cut at its length.",
        "312",
        "TTFT",
    ):
        assert text in page
    assert "dead air" not in page


def test_what_was_not_heard_of_an_interrupted_answer_is_marked(user_client: Client, user: User) -> None:
    conversation = make_conversation(user)
    make_turn(conversation, status=Turn.Status.INTERRUPTED, text="Once upon a time.", heard_text="Once upon")
    page = shown(user_client, f"/conversations/{conversation.pk}/")
    assert 'Once upon<span class="said__cut"' in page
    assert " a time.</span>" in page


def test_an_error_is_told_in_its_sentence(user_client: Client, user: User) -> None:
    conversation = make_conversation(user)
    error = {"code": str(Code.AUTH_FAILED), "message": "The server refused the key: check the token secret."}
    make_turn(conversation, status=Turn.Status.FAILED, error=error)
    assert error["message"] in shown(user_client, f"/conversations/{conversation.pk}/")


def test_what_a_model_said_is_text(user_client: Client, user: User) -> None:
    conversation = make_conversation(user)
    make_turn(conversation, text="<img src=x onerror=alert(1)>", user_text="<b>bold</b>")
    page = shown(user_client, f"/conversations/{conversation.pk}/")
    assert "<img src=x" not in page
    assert "<b>bold" not in page


def test_the_live_page_names_its_conversation_and_socket(user_client: Client, user: User) -> None:
    conversation = make_conversation(user)
    page = shown(user_client, f"/playground/{conversation.pk}/")
    assert f'data-conversation-id="{conversation.pk}"' in page
    assert f'data-socket-path="/ws/conversations/{conversation.pk}/"' in page


def test_the_live_page_knows_the_language_and_speed_of_the_voice(user_client: Client, user: User) -> None:
    conversation = make_conversation(user, properties={"language": "turkish"})
    page = shown(user_client, f"/playground/{conversation.pk}/")
    assert 'data-voice-language="turkish" data-voice-speed="1.0"' in page


def test_a_turns_request_is_shown_as_either_platform_sends_it(user_client: Client, user: User) -> None:
    turn = make_turn(make_conversation(user), user_text="Hello")
    for platform in ("tavus", "jaicp"):
        response = user_client.get(f"/playground/turns/{turn.pk}/request/?platform={platform}")
        view = response.json()
        assert view["platform"] == platform
        assert view["request"]["method"] == "POST"
        assert view["curl"].startswith("curl")
        assert isinstance(view["origins"], list)
        assert isinstance(view["departures"], list)
        assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize("query", ["", "?platform=", "?platform=other"])
def test_an_unknown_platform_is_not_found(user_client: Client, user: User, query: str) -> None:
    turn = make_turn(make_conversation(user), user_text="Hello")
    assert user_client.get(f"/playground/turns/{turn.pk}/request/{query}").status_code == HTTPStatus.NOT_FOUND


def test_a_turn_that_bypassed_the_llm_has_no_request(user_client: Client, user: User) -> None:
    turn = make_turn(make_conversation(user), kind=Turn.Kind.ECHO)
    response = user_client.get(f"/playground/turns/{turn.pk}/request/?platform=tavus")
    assert response.status_code == HTTPStatus.NOT_FOUND


def test_ending_stops_the_conversation_and_shows_it(
    transactional_db: None, user_client: Client, user: User
) -> None:
    conversation = make_conversation(user)
    response = user_client.post(f"/conversations/{conversation.pk}/end/", follow=True)
    conversation.refresh_from_db()
    assert conversation.status == Conversation.Status.ENDED
    assert conversation.ended_at is not None
    assert "The conversation has ended." in response.content.decode()


def paths_of(conversation: Conversation, turn: Turn) -> list[tuple[str, str]]:
    return [
        ("get", f"/playground/{conversation.pk}/"),
        ("get", f"/playground/turns/{turn.pk}/request/?platform=tavus"),
        ("get", f"/conversations/{conversation.pk}/"),
        ("post", f"/conversations/{conversation.pk}/end/"),
    ]


def test_anothers_conversation_is_as_unknown_as_one_that_never_was(
    user_client: Client, other_user: User
) -> None:
    foreign = make_conversation(other_user)
    unknown = Conversation(id="c000000000000")
    for (method, path), (_, nowhere) in zip(
        paths_of(foreign, make_turn(foreign)), paths_of(unknown, Turn(id="t000000000000")), strict=True
    ):
        ask = getattr(user_client, method)
        answers = [ask(path), ask(nowhere)]
        assert [answer.status_code for answer in answers] == [HTTPStatus.NOT_FOUND] * 2
    foreign.refresh_from_db()
    assert foreign.status == Conversation.Status.ACTIVE


@pytest.mark.django_db
def test_each_page_asks_for_its_right() -> None:
    user = make_user("dora")
    conversation = make_conversation(user)
    client = signed_in(user)
    for method, path in [("get", "/conversations/"), *paths_of(conversation, make_turn(conversation))]:
        assert getattr(client, method)(path).status_code == HTTPStatus.FORBIDDEN


def test_even_an_admin_sees_anothers_conversation_in_the_admin_alone(
    admin_client: Client, other_user: User
) -> None:
    conversation = make_conversation(other_user)
    assert admin_client.get(f"/conversations/{conversation.pk}/").status_code == HTTPStatus.NOT_FOUND


def test_dead_air_has_no_end_where_nothing_was_heard(user_client: Client, user: User) -> None:
    conversation = make_conversation(user)
    make_turn(conversation, status="failed", timings={"first_audio": None, "dead_air": 53, "total": 54})
    page = shown(user_client, f"/conversations/{conversation.pk}/")
    assert "dead air <b>no end</b>: nothing was heard" in page
    assert '<b class="number">53' not in page


def test_a_tool_round_is_one_wait_with_one_set_of_times(user_client: Client, user: User) -> None:
    conversation = make_conversation(user)
    by_mock = {"k": {"output": "", "status": "success", "source": "mock"}}
    asking = make_turn(conversation, 0, timings={"dead_air": 400, "total": 400}, tool_results=by_mock)
    times = {"ttft": 100, "first_audio": 300, "dead_air": 300, "total": 900}
    going_on = make_turn(conversation, 1, kind="continuation", continues=asking, timings=times)
    Turn.objects.filter(pk=going_on.pk).update(created_at=asking.created_at + timedelta(milliseconds=1_000))
    page = shown(user_client, f"/conversations/{conversation.pk}/")
    assert page.count("first audio") == page.count("with 1 tool round, from the user") == 1
    assert [f'<b class="number">{ms:,}</b>' in page for ms in (1_100, 1_300, 1_900, 400)] == [True] * 3 + [
        False
    ]
