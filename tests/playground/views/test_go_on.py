"""Going on with the persona's newest version: who may, and when it is refused."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from personas.models import Persona
from personas.saving import save_persona
from playground.models import Conversation
from playground.storage.start_conversation import ConversationOptions, start_conversation
from tests.conftest import signed_in
from tests.personas.making import make_persona

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def conversation(user: User) -> Conversation:
    """One whose persona has a newer version, with an address that nothing answers at."""
    persona = make_persona()
    save_persona(persona, by=None)
    conversation = start_conversation(persona, ConversationOptions(stand_in=True), owner=user)
    persona.address = "https://your-endpoint.example/v1"
    save_persona(persona, by=None)
    return conversation


def go_on(client: Client, conversation: Conversation) -> tuple[int, str]:
    """Return the version that the conversation has then, and the page that is shown."""
    url = reverse("playground:go-on", args=[conversation.pk])
    shown = client.post(url, follow=True)
    return Conversation.objects.get().persona_version.number, shown.content.decode()


def test_it_leads_back_to_the_conversation(conversation: Conversation, user_client: Client) -> None:
    version, page = go_on(user_client, conversation)
    assert (version, 'id="composer-text"' in page) == (2, True)


def test_a_version_that_cannot_answer_is_refused(conversation: Conversation, user_client: Client) -> None:
    Conversation.objects.update(stand_in=False)
    version, page = go_on(user_client, conversation)
    assert (version, "This conversation goes on as before." in page) == (1, True)


def test_a_deleted_persona_has_no_newer_version(conversation: Conversation, user_client: Client) -> None:
    Persona.objects.all().delete()
    version, page = go_on(user_client, conversation)
    assert (version, "was deleted" in page) == (1, True)


def test_nobody_else_changes_it(conversation: Conversation, other_user: User) -> None:
    assert go_on(signed_in(other_user), conversation)[0] == 1
