"""The pages and the API of callbacks: what one sees of one's own, sending again, keys; and what is said before."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dashboard.roles import Role
from personas.models import Persona
from personas.saving import save_persona
from playground.models import Callback, CallbackKey, Conversation, Inspector
from playground.storage.callback_keys import OVERLAP_S, make_key, signing_keys
from playground.storage.due_callbacks import claim_due
from tests.api import CONVERSATIONS, api_client
from tests.conftest import signed_in
from tests.dashboard.roles import person
from tests.personas.making import make_persona
from tests.playground.callbacks.outboxes import JOINED, SHUTDOWN, URL, Clock, begun, ended

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("callbacks_are_on")]

LIST, KEYS = "/callbacks/", "/callbacks/keys/"
API = "/v2/greenroom/callbacks"


@pytest.fixture
def persona(db: None) -> Persona:
    made = make_persona(token_secret=None)
    save_persona(made, by=None)
    return made


def failed(conversation: Conversation, **changes: Any) -> Callback:
    """Return the conversation's first callback, given up after an answer."""
    answer = {"at": timezone.now().isoformat(), "status": 500, "text": "<b>Oops</b>", "problem": "refused"}
    values = {
        "state": "failed",
        "attempts": 10,
        "problem": "refused",
        "closed_at": timezone.now(),
        "answers": [answer | {"message": "hooks.example.com:443 answered with HTTP 500."}],
    }
    callback = conversation.callbacks.earliest("pk")
    Callback.objects.filter(pk=callback.pk).update(**values | changes)
    callback.refresh_from_db()
    return callback


def test_a_receiver_that_is_an_inspector_of_ones_own_is_named_and_linked(other_user: User) -> None:
    editor = person(Role.EDITOR)
    mine = Inspector.objects.create(maker=editor, name="My boats")
    foreign = Inspector.objects.create(maker=other_user, name="Their boats")
    begun(editor, f"{mine.address}/hook?a=1")
    begun(editor, foreign.address)
    page = signed_in(editor).get(LIST).content.decode()
    assert f'the inspector <a href="/inspectors/{mine.pk}/">My boats</a>' in page
    assert "Their boats" not in page
    assert foreign.address in page


def test_without_any_the_list_says_what_to_do(user_client: Client) -> None:
    page = user_client.get(LIST).content.decode()
    assert "Nothing was told yet" in page
    assert "/playground/" in page
    assert "switched off (CALLBACKS)" not in page


def test_the_list_says_when_callbacks_are_switched_off(user_client: Client, settings: Any) -> None:
    settings.CALLBACKS = False
    assert "switched off (CALLBACKS)" in user_client.get(LIST).content.decode()


def test_one_sees_ones_own_with_state_attempts_and_answers(
    user: User, other_user: User, user_client: Client
) -> None:
    conversation, foreign = ended(user), ended(other_user)
    failed(conversation)
    page = user_client.get(LIST).content.decode()
    assert page.count('<li class="callback"') == 3
    assert "answered with HTTP 500." in page
    assert "&lt;b&gt;Oops&lt;/b&gt;" in page
    assert foreign.pk not in page
    assert user_client.get(LIST, {"state": "failed"}).content.decode().count('<li class="callback"') == 1
    begun(user)
    assert (
        user_client.get(LIST, {"conversation": conversation.pk})
        .content.decode()
        .count('<li class="callback"')
        == 3
    )
    assert user_client.get(LIST, {"conversation": foreign.pk}).status_code == 404


def test_a_conversation_leads_to_its_callbacks_and_says_that_its_receiver_is_gone(
    user: User, user_client: Client
) -> None:
    conversation = begun(user)
    failed(conversation, problem="gone")
    page = user_client.get(reverse("conversations:detail", args=[conversation.pk])).content.decode()
    assert f"{LIST}?conversation={conversation.pk}" in page
    assert "HTTP 410" in page


def test_sending_again_makes_it_due_and_goes_back_to_the_list(user: User, user_client: Client) -> None:
    callback = failed(begun(user))
    back = f"{LIST}?state=failed"
    answer = user_client.post(f"{LIST}{callback.webhook_id}/again/", {"back": back})
    assert answer["Location"] == back
    (due,) = claim_due(Clock()(), most=5, most_of_owner=5, under_way={})
    assert (due.webhook_id, due.attempts) == (callback.webhook_id, 1)
    answer = user_client.post(
        f"{LIST}{callback.webhook_id}/again/", {"back": "https://evil.example/"}, follow=True
    )
    assert answer.redirect_chain == [(LIST, 302)]
    assert "being sent at this moment" in answer.content.decode()


def test_nobody_sends_someone_elses_again(user: User, other_user: User) -> None:
    callback = failed(begun(user))
    other = signed_in(other_user)
    assert other.post(f"{LIST}{callback.webhook_id}/again/").status_code == 404
    assert api_client(other_user).post(f"{API}/{callback.webhook_id}/again").status_code == 400
    callback.refresh_from_db()
    assert callback.state == Callback.State.FAILED


def test_a_key_is_shown_once_and_stored_encrypted(user: User, user_client: Client) -> None:
    made = user_client.post(KEYS, {"address": "https://hooks.example.com/any/path"})
    written = made.context["made"].written
    assert written.startswith("whsec_")
    assert written in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    key = CallbackKey.objects.get()
    assert (key.endpoint, written in key.ciphertext) == ("hooks.example.com", False)
    page = user_client.get(KEYS).content.decode()
    assert written not in page
    assert signing_keys(user.pk, key.endpoint, timezone.now()) == (written,)


def test_a_new_key_signs_beside_the_former_for_a_day(user: User, user_client: Client) -> None:
    first = make_key(user, "hooks.example.com").written
    second = user_client.post(KEYS, {"address": "https://hooks.example.com"}).context["made"].written
    assert signing_keys(user.pk, "hooks.example.com", timezone.now()) == (second, first)
    later = timezone.now() + timedelta(seconds=OVERLAP_S + 1)
    assert signing_keys(user.pk, "hooks.example.com", later) == (second,)


def test_an_address_that_is_none_makes_no_key(user_client: Client) -> None:
    answer = user_client.post(KEYS, {"address": "/inspect/x"})
    assert (answer.status_code, CallbackKey.objects.exists()) == (422, False)


def test_signing_stops_for_ones_own_receiver_alone(user: User, other_user: User, user_client: Client) -> None:
    for owner in (user, other_user):
        make_key(owner, "hooks.example.com")
    user_client.post(f"{KEYS}stop/", {"endpoint": "hooks.example.com"})
    assert [key.owner for key in CallbackKey.objects.all()] == [other_user]


def test_the_api_lists_and_sends_again(user: User, other_user: User) -> None:
    client, conversation = api_client(user), ended(user)
    ended(other_user)
    callback = failed(conversation)
    listed = client.get(API).json()
    assert listed["total_count"] == 3
    last = listed["data"][-1]
    assert (last["event_type"], last["state"], last["answers"][0]["status"]) == (JOINED, "failed", 500)
    assert last["body"]["webhook_url"] == last["callback_url"] == URL
    assert (last["next_at"], listed["data"][0]["body"]) == (None, None)
    assert (
        client.get(API, {"state": "waiting", "conversation_id": conversation.pk}).json()["total_count"] == 2
    )
    again = client.post(f"{API}/{callback.webhook_id}/again")
    assert (again.status_code, again.json()["state"]) == (200, "waiting")
    claim_due(Clock()(), most=9, most_of_owner=9, under_way={})
    assert client.post(f"{API}/{callback.webhook_id}/again").status_code == 409


def test_the_start_form_says_what_will_be_sent(persona: Persona, user_client: Client, settings: Any) -> None:
    page = user_client.get(reverse("playground:start")).content.decode()
    assert "This address gets that the conversation began, each tool call" in page
    settings.CALLBACKS = False
    page = user_client.get(reverse("playground:start")).content.decode()
    assert "nothing is sent there" in page


def test_the_api_says_what_will_be_sent_where(user: User, persona: Persona, settings: Any) -> None:
    client = api_client(user)
    body = {"persona_id": persona.pk, "callback_url": URL}
    answer = client.post(CONVERSATIONS, body, content_type="application/json").json()["greenroom"]
    assert any("hooks.example.com:443 gets" in notice for notice in answer["notices"])
    assert answer["not_simulated"] == []
    settings.CALLBACKS = False
    answer = client.post(CONVERSATIONS, body, content_type="application/json").json()["greenroom"]
    assert answer["not_simulated"] == ["callback_url"]


def test_starting_again_sends_only_what_was_sent_before(
    user: User, persona: Persona, user_client: Client
) -> None:
    """A conversation of before the upgrade has an address that nobody was asked about."""
    version = persona.versions.get()
    for sends in (True, False):
        before = Conversation.objects.create(
            owner=user, persona_version=version, callback_url=URL, sends_callbacks=sends
        )
        user_client.post(reverse("playground:again", args=[before.pk]))
        started = Conversation.objects.latest("created_at")
        assert (started.callback_url, started.sends_callbacks) == (URL, sends)
    assert Callback.objects.filter(event_type__in=(JOINED, SHUTDOWN)).count() == 1
