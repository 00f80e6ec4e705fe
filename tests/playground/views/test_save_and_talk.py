"""Saving from the editor and talking at once."""

import pytest
from django.test import Client
from django.urls import reverse

from personas.models import Persona, PersonaVersion
from playground.models import Conversation
from tests.conftest import make_user, signed_in
from tests.personas.editor import typed
from tests.personas.persona_pages import NEW, edit_url, stored, text_of

URL = "/playground/save-and-talk/"


def test_a_saved_persona_is_talked_to_in_its_new_version(admin_client: Client) -> None:
    persona = stored(address="/demo/v1", model="demo")
    answer = admin_client.post(URL, typed(persona, persona=persona.pk, context="New"))
    conversation = Conversation.objects.get()
    assert answer["Location"] == reverse("playground:conversation", args=[conversation.pk])
    assert conversation.persona_version.number == 2
    assert conversation.persona_version.document["context"] == "New"


def test_a_new_persona_that_can_t_start_leads_to_where_the_reason_stands(admin_client: Client) -> None:
    answer = admin_client.post(URL, NEW | {"face": "form"}, follow=True)
    persona = Persona.objects.get()
    assert answer.redirect_chain[0][0] == f"{reverse('playground:start')}?persona={persona.pk}"
    assert "No base_url is set" in text_of(answer)
    assert not Conversation.objects.exists()


def test_what_is_refused_is_shown_in_the_editor_whose_save_is_its_own(admin_client: Client) -> None:
    persona = stored()
    answer = admin_client.post(URL, typed(persona, persona=persona.pk, temperature="warm"))
    assert answer.status_code == 422
    assert f'action="{edit_url(persona)}"' in text_of(answer)
    assert (PersonaVersion.objects.count(), Conversation.objects.count()) == (1, 0)


@pytest.mark.django_db
def test_who_may_talk_but_not_change_saves_nothing() -> None:
    client = signed_in(make_user("dora", "personas.view_persona", "playground.add_conversation"))
    persona = stored()
    assert client.post(URL, typed(persona, persona=persona.pk)).status_code == 403
    assert PersonaVersion.objects.count() == 1
