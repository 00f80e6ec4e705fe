"""Starting a conversation again: its own options, and the persona's newest version."""

from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from personas.models import Persona
from personas.saving import save_persona
from playground.models import Conversation
from playground.storage.start_conversation import ConversationOptions, start_conversation
from tests.personas.making import make_persona


def started(owner: User, **options: Any) -> Conversation:
    persona = make_persona(other_keys={"greeting": "Hello."}, default_replica_id="r1")
    save_persona(persona, by=None)
    return start_conversation(persona, ConversationOptions(**options), owner=owner)


def again(client: Client, before: Conversation) -> Conversation:
    client.post(reverse("playground:again", args=[before.pk]))
    return Conversation.objects.exclude(pk=before.pk).get()


def test_it_has_the_same_options_and_the_newest_version(user: User, user_client: Client) -> None:
    before = started(user, conversational_context="Maya calls.", stand_in=True, properties={"filler_seed": 3})
    save_persona(Persona.objects.get(), by=None)
    after = again(user_client, before)
    assert after.persona_version.number == before.persona_version.number + 1
    assert (after.conversational_context, after.stand_in) == ("Maya calls.", True)
    assert after.properties == {"filler_seed": 3}


def test_it_keeps_the_interrupt_history_that_was_chosen(user: User, user_client: Client) -> None:
    before = started(user, stand_in=True)
    Conversation.objects.update(interrupt_history="marked")
    assert again(user_client, before).interrupt_history == "marked"


def test_what_the_persona_itself_gave_comes_from_its_newest_version(user: User, user_client: Client) -> None:
    before = started(user, stand_in=True)
    persona = Persona.objects.get()
    persona.other_keys, persona.default_replica_id = {"greeting": "Good morning."}, "r2"
    save_persona(persona, by=None)
    after = again(user_client, before)
    assert (after.custom_greeting, after.replica_id) == ("Good morning.", "r2")


def test_of_a_deleted_persona_the_start_page_says_so(user: User, user_client: Client) -> None:
    before = started(user, stand_in=True)
    Persona.objects.all().delete()
    shown = user_client.post(reverse("playground:again", args=[before.pk]), follow=True)
    assert "was deleted" in shown.content.decode()
    assert Conversation.objects.count() == 1
