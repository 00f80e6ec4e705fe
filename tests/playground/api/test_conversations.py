"""``/v2/conversations``: listed, read, ended, deleted, and only one's own."""

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from personas.models import Persona
from playground.api import documents
from playground.models import Conversation, Turn
from playground.runner import Runner
from tests.api import CONVERSATIONS, AsyncApiClient, api_client, key_for
from tests.playground.api.starting import get, start
from tests.playground.rehearsals import make_conversation


def test_the_list_holds_ones_own_newest_first(
    client: Client, persona: Persona, viewer: User, other_user: User
) -> None:
    make_conversation(other_user)
    for name in "ABC":
        start(client, persona, conversation_name=name)
    start(client, persona, conversation_name="D", test_mode=True)
    names = [conversation["conversation_name"] for conversation in client.get(CONVERSATIONS).json()["data"]]
    assert names == ["D", "C", "B", "A"]
    page = client.get(CONVERSATIONS, {"limit": "2", "page": "2", "status": "active"}).json()
    assert [conversation["conversation_name"] for conversation in page["data"]] == ["A"]
    assert page["total_count"] == 3
    assert client.get(CONVERSATIONS, {"status": "ended"}).json()["total_count"] == 1
    assert client.get(CONVERSATIONS, {"status": "error"}).status_code == 400


def test_the_list_asks_the_database_as_often_for_many_conversations_as_for_one(
    client: Client, viewer: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(8):
        make_conversation(viewer)
    client.get(CONVERSATIONS)  # notes the key's first use
    # The key, its user, the role's rights, the user's own and those of the groups; the count, the page's ids, its rows.
    with django_assert_num_queries(8):
        assert len(client.get(CONVERSATIONS).json()["data"]) == 8


def test_verbose_tells_what_happened_in_the_sockets_words(client: Client, viewer: User) -> None:
    conversation = make_conversation(viewer, replica_id="r1", status="ended", ended_at=timezone.now())
    Turn.objects.create(
        conversation=conversation,
        position=0,
        status=Turn.Status.INTERRUPTED,
        user_text="The weather?",
        text="It is sunny in Paris.",
        heard_text="It is",
        timings={"total": 1200},
        timeline={"tool_calls": [{"id": "c1", "name": "look", "arguments": "{}", "valid": True}]},
        closed_at=timezone.now(),
    )
    verbose_json = get(client, conversation.pk, verbose="true")
    assert verbose_json["shutdown_reason"] == "end_conversation_endpoint_hit"
    events = {event["event_type"]: event["properties"] for event in verbose_json["events"]}
    assert [event["event_type"] for event in verbose_json["events"]] == [
        "system.replica_joined",
        "conversation.utterance",
        "conversation.tool_call",
        "conversation.utterance",
        "playground.turn.interrupted",
        "system.shutdown",
    ]
    assert verbose_json["events"][1]["properties"]["speech"] == "The weather?"
    assert events["conversation.utterance"] | {"turn_id": ""} == {
        "turn_id": "",
        "turn_idx": 0,
        "role": "replica",
        "speech": "It is sunny in Paris.",
        "interrupted": True,
    }
    assert events["playground.turn.interrupted"]["heard_text"] == "It is"
    assert events["conversation.tool_call"]["name"] == "look"
    assert all(event["timestamp"].endswith("Z") for event in verbose_json["events"])
    assert "events" not in get(client, conversation.pk)


@pytest.mark.django_db(transaction=True)
def test_an_ended_conversation_says_so_and_can_be_ended_again(client: Client, viewer: User) -> None:
    conversation = make_conversation(viewer)
    for _ in range(2):
        response = client.post(f"{CONVERSATIONS}/{conversation.pk}/end")
        assert (response.status_code, response.json()["status"]) == (200, "ended")
    conversation.refresh_from_db()
    assert conversation.ended_at is not None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("query", ["", "?hard=true"])
def test_a_deleted_conversation_is_gone_with_its_turns(client: Client, viewer: User, query: str) -> None:
    conversation = make_conversation(viewer)
    Turn.objects.create(conversation=conversation, position=0, status=Turn.Status.COMPLETED)
    response = client.delete(f"{CONVERSATIONS}/{conversation.pk}{query}")
    assert (response.status_code, response.content) == (204, b"")
    assert not Conversation.objects.exists()
    assert not Turn.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v2/conversations/{}"),
        ("GET", "/v2/conversations/{}?verbose=true"),
        ("POST", "/v2/conversations/{}/end"),
        ("DELETE", "/v2/conversations/{}"),
        ("DELETE", "/v2/conversations/{}?hard=true"),
        ("POST", "/v2/greenroom/conversations/{}/respond"),
    ],
)
def test_anothers_conversation_is_an_unknown_one(
    client: Client, admin_user: User, method: str, path: str
) -> None:
    foreign = make_conversation(admin_user)
    answers = []
    for conversation_id in (foreign.pk, "c000000000000", "%00", "x" * 300, "c'--"):
        response = client.generic(
            method, path.format(conversation_id), '{"text": "Hi"}', content_type="application/json"
        )
        answers.append((response.status_code, response.json()))
    assert answers == [(400, {"error": "Invalid conversation_id", "field": "conversation_id"})] * 5
    foreign.refresh_from_db()
    assert foreign.status == "active"
    assert not foreign.turns.exists()


def test_the_admin_sees_no_others_conversations_either(admin_user: User, viewer: User) -> None:
    foreign = make_conversation(viewer)
    client = api_client(admin_user)
    assert client.get(CONVERSATIONS).json()["total_count"] == 0
    assert client.get(f"{CONVERSATIONS}/{foreign.pk}").status_code == 400


def test_the_first_turns_are_left_out_where_all_would_be_too_much(
    client: Client, viewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = make_conversation(viewer)
    for position in range(4):
        Turn.objects.create(
            conversation=conversation, position=position, status=Turn.Status.COMPLETED, user_text="x" * 1_000
        )
    monkeypatch.setattr(documents, "PAGE_BYTES", 3_000)
    shown = get(client, conversation.pk, verbose="true")
    assert shown["turns_left_out"] == 2
    events = [
        event["properties"] for event in shown["events"] if event["event_type"] == "conversation.utterance"
    ]
    assert [event["turn_idx"] for event in events] == [2, 3]


@pytest.mark.django_db(transaction=True)
async def test_who_loses_the_right_while_the_turn_ends_deletes_nothing(
    admin_user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ends_late(*_: object) -> None:
        await User.objects.aupdate(is_active=False)

    monkeypatch.setattr(Runner, "end", ends_late)
    conversation = await sync_to_async(make_conversation)(admin_user)
    client = AsyncApiClient(await sync_to_async(key_for)(admin_user))
    answer = await client.delete(f"{CONVERSATIONS}/{conversation.pk}")
    assert answer.status_code == 401
    assert await Conversation.objects.aexists()
