"""The live page of a conversation: what it holds for whom."""

import pytest
from django.test import Client
from django.urls import reverse

from dashboard.roles import Role
from personas.saving import save_persona
from playground.storage.start_conversation import ConversationOptions, start_conversation
from tests.conftest import signed_in
from tests.dashboard.roles import person
from tests.personas.making import make_persona

pytestmark = pytest.mark.django_db

WHOM_TO_ASK = "ask a secret manager or an admin"


def page_of(role: Role) -> str:
    owner = person(role)
    persona = make_persona(address="/demo/v1")
    save_persona(persona, by=None)
    conversation = start_conversation(persona, ConversationOptions(), owner=owner)
    client: Client = signed_in(owner)
    return client.get(reverse("playground:conversation", args=[conversation.pk])).content.decode()


def test_only_who_may_see_token_secrets_gets_their_address() -> None:
    address = reverse("token-secret", args=["NAME"])
    assert address in page_of(Role.SECRET_MANAGER)
    page = page_of(Role.EDITOR)
    assert address not in page
    assert WHOM_TO_ASK in page
