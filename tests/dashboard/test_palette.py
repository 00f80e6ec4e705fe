"""What the command palette finds: personas, one's own conversations, pages; little, and by few queries."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from dashboard.palette import FOUND, SEARCHED_CONVERSATIONS
from personas.saving import save_persona
from playground.models import Conversation, Turn
from tests.conftest import REHEARSE, make_user, signed_in
from tests.personas.making import make_persona
from tests.playground.rehearsals import make_conversation


def offered(client: Client, text: str) -> dict[str, list[dict[str, Any]]]:
    groups = client.get("/palette/", {"q": text}).json()["groups"]
    return {group["name"]: group["items"] for group in groups}


def labels(client: Client, text: str, group: str) -> list[str]:
    return [item["label"] for item in offered(client, text).get(group, [])]


def make_turn(conversation: Conversation, words: str) -> None:
    Turn.objects.create(conversation=conversation, position=0, status=Turn.Status.COMPLETED, user_text=words)


def test_a_persona_is_found_by_all_words_of_its_name_and_model(user: User, user_client: Client) -> None:
    mert = make_persona(persona_name="Mert the Storyteller", model="gpt-4o")
    save_persona(mert, by=user)
    save_persona(make_persona(persona_name="The Doorman"), by=user)
    assert labels(user_client, "STORY gpt", "Personas") == ["Mert the Storyteller"]
    assert offered(user_client, mert.pk)["Personas"][0]["href"] == f"/personas/{mert.pk}/"
    assert labels(user_client, "story doorman", "Personas") == []


def test_what_a_persona_is_for_is_found_by_verb_and_name_and_by_name_alone(
    user: User, user_client: Client
) -> None:
    historian = signed_in(make_user("edith", *REHEARSE, "personas.view_personaversion"))
    mert = make_persona(persona_name="Mert the Storyteller")
    save_persona(mert, by=user)
    save_persona(make_persona(persona_name="The Doorman"), by=user)
    (talk,) = offered(user_client, "talk MERT")["Actions"]
    assert (talk["label"], talk["href"]) == (
        "Talk to Mert the Storyteller",
        f"/playground/?persona={mert.pk}",
    )
    assert labels(user_client, "talk to mert", "Actions") == [talk["label"]]
    assert labels(user_client, "times", "Actions") == [
        "Times of The Doorman",
        "Times of Mert the Storyteller",
    ]
    everything = [
        "Talk to The Doorman",
        "Edit The Doorman",
        "Times of The Doorman",
        "Versions of The Doorman",
    ]
    assert labels(historian, "doorman", "Actions") == everything
    assert labels(user_client, "talk wolf", "Actions") == labels(user_client, "", "Actions") == []
    for item in offered(historian, "doorman")["Actions"]:
        assert historian.get(item["href"]).status_code == 200


def test_a_conversation_is_found_by_name_persona_and_first_words(user: User, user_client: Client) -> None:
    named = make_conversation(user, conversation_name="Demo for Ada")
    spoken = make_conversation(user, status=Conversation.Status.ENDED)
    make_turn(spoken, "Tell me about\nthe wolf")
    assert offered(user_client, "ada")["Conversations"][0]["href"] == f"/playground/{named.pk}/"
    [wolf] = offered(user_client, "wolf mert")["Conversations"]
    assert wolf["label"] == "“Tell me about the wolf”"
    assert wolf["href"] == f"/conversations/{spoken.pk}/"
    assert wolf["note"] == f"Mert the Storyteller · {spoken.created_at:%d %b %Y, %H:%M} UTC"


def test_nobody_finds_anothers_conversation(other_user: User, user_client: Client) -> None:
    theirs = make_conversation(other_user, conversation_name="Bob's")
    assert "Conversations" not in offered(user_client, "bob")
    assert "Conversations" not in offered(user_client, theirs.pk)


def test_without_a_right_neither_rows_nor_pages_are_offered(user: User, stranger: User) -> None:
    save_persona(make_persona(persona_name="Mert"), by=user)
    make_conversation(stranger, conversation_name="Mine once")
    groups = offered(signed_in(stranger), "")
    assert list(groups) == ["Pages"]
    assert {"Home", "Your account"} <= set(labels(signed_in(stranger), "", "Pages"))
    assert not {"Personas", "People"} & set(labels(signed_in(stranger), "", "Pages"))


def test_the_latest_are_offered_and_no_more_than_a_few(user: User, user_client: Client) -> None:
    names = [f"Conversation {number}" for number in range(FOUND + 2)]
    for name in names:
        make_conversation(user, conversation_name=name)
        save_persona(make_persona(persona_name=name), by=user)
    assert labels(user_client, "", "Conversations") == names[::-1][:FOUND]
    assert labels(user_client, "", "Personas") == names[::-1][:FOUND]


def test_only_the_newest_conversations_are_searched(
    user: User, user_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert SEARCHED_CONVERSATIONS == 300
    monkeypatch.setattr("dashboard.palette.SEARCHED_CONVERSATIONS", 2)
    for name in ("Ada oldest", "Ada", "Ada"):
        make_conversation(user, conversation_name=name)
    assert labels(user_client, "ada", "Conversations") == ["Ada", "Ada"]


def test_the_queries_do_not_grow_with_what_is_there(
    user: User, user_client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def fill() -> None:
        save_persona(make_persona(persona_name="Mert"), by=user)
        make_turn(make_conversation(user), "Tell me about the wolf")

    fill()
    with CaptureQueriesContext(connection) as captured:
        offered(user_client, "m")
    assert len(captured) <= 7
    fill()
    fill()
    with django_assert_num_queries(len(captured)):
        offered(user_client, "m")


def test_a_long_first_line_is_shortened(user: User, user_client: Client) -> None:
    make_turn(make_conversation(user), "wolf " * 100)
    [label] = labels(user_client, "wolf", "Conversations")
    assert len(label) == 80 and label.endswith("…")
