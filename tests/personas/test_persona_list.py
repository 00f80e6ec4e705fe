"""The list of personas: its filters and order, and what becomes of a row."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from personas.models import FillerConfig, Persona, PersonaVersion
from personas.tidying import UNDO
from playground.models import Conversation, Turn
from playground.storage.first_audio import first_audio_medians
from playground.storage.start_conversation import ConversationOptions, start_conversation
from tests.personas.persona_pages import stored, text_of

pytestmark = pytest.mark.django_db

LIST = reverse("personas:list")
START = reverse("playground:start")


def names(client: Client, query: str = "") -> list[str]:
    return [persona.persona_name for persona in client.get(LIST + query).context["page"].object_list]


def act(client: Client, action: str, persona: Persona, **values: Any) -> str:
    """Press a row's button; return the text of the page that follows."""
    return text_of(client.post(reverse(f"personas:{action}", args=[persona.pk]), values, follow=True))


def test_filters_and_order(user_client: Client) -> None:
    now = timezone.now()
    rows: list[tuple[str, dict[str, Any]]] = [
        ("Ann", {"platform": "jaicp"}),
        ("Bob", {"is_trial": True, "last_used_at": now}),
        ("Cid", {"last_used_at": now - timedelta(days=1)}),
        ("Old", {"archived_at": now}),
    ]
    for number, (name, values) in enumerate(rows):
        persona = stored(persona_name=name, **values)
        Persona.objects.filter(pk=persona.pk).update(updated_at=now + timedelta(seconds=number))
    assert names(user_client) == ["Cid", "Bob", "Ann"]
    assert names(user_client, "?sort=name") == ["Ann", "Bob", "Cid"]
    assert names(user_client, "?sort=used") == ["Bob", "Cid", "Ann"]
    assert 'aria-sort="descending"><a href="?sort=used"' in text_of(user_client.get(f"{LIST}?sort=used"))
    assert names(user_client, "?platform=jaicp") == ["Ann"]
    assert names(user_client, "?show=trials") == ["Bob"]
    assert names(user_client, "?show=archived") == ["Old"]
    assert names(user_client, "?show=x&sort=x&platform=x") == ["Cid", "Bob", "Ann"]
    assert "is listed here" in text_of(user_client.get(f"{LIST}?show=trials&platform=jaicp"))


def test_an_archived_persona_is_in_no_list_until_it_is_brought_back(user_client: Client) -> None:
    persona = stored(persona_name="Mert")
    assert "Mert is archived" in act(user_client, "archive", persona, listing="sort=name")
    for address in ("/", START, reverse("palette") + "?q=Mert"):
        assert "Mert" not in text_of(user_client.get(address))
    assert "Mert" in text_of(user_client.get(f"{START}?persona={persona.pk}"))
    assert "is archived" in text_of(user_client.get(reverse("personas:edit", args=[persona.pk])))
    assert "Mert is back in the lists" in act(user_client, "bring-back", persona)
    assert names(user_client) == ["Mert"]


def test_a_deleted_persona_is_hidden_at_once_and_back_after_undo(user_client: Client) -> None:
    persona = stored(persona_name="Mert")
    deleted = user_client.post(reverse("personas:delete", args=[persona.pk]), {"listing": "sort=name"})
    assert deleted.headers["Location"] == f"{LIST}?sort=name"
    page = user_client.get(LIST)
    assert not page.context["page"].object_list
    assert "Undo" in text_of(page)
    for name in ("edit", "export", "delete"):
        assert user_client.get(reverse(f"personas:{name}", args=[persona.pk])).status_code == 404
    assert "Mert is back." in act(user_client, "undo-delete", persona)
    assert names(user_client) == ["Mert"]


def test_after_the_time_a_deletion_cannot_be_undone(user_client: Client) -> None:
    persona = stored(persona_name="Mert")
    act(user_client, "delete", persona)
    Persona.including_deleted.update(deleted_at=timezone.now() - UNDO)
    assert "Undo" not in text_of(user_client.get(LIST))
    assert "too late" in act(user_client, "undo-delete", persona)
    assert not Persona.objects.exists()


@pytest.mark.parametrize("is_trial", [True, False])
def test_what_goes_with_a_deleted_persona_is_said(user_client: Client, *, is_trial: bool) -> None:
    persona = stored()
    Persona.objects.update(is_trial=is_trial)
    asked = user_client.get(reverse("personas:delete", args=[persona.pk])).content.decode()
    assert ("it is a trial" in asked) == is_trial
    assert ("in the history" in asked) == (not is_trial)
    deleted = act(user_client, "delete", persona)
    assert ("its versions and conversations stay" in deleted) == (not is_trial)


def test_a_filler_of_a_deleted_persona_stays_until_the_deletion_cannot_be_undone(user_client: Client) -> None:
    filler = FillerConfig.objects.create(name="Hm", filler_phrase="Hm")
    persona = stored(filler_config=filler)
    act(user_client, "delete", persona)
    address = reverse("fillers:delete", args=[filler.pk])
    assert user_client.post(address).status_code == 409
    Persona.including_deleted.update(deleted_at=timezone.now() - UNDO)
    assert user_client.post(address).status_code == 302
    assert not Persona.including_deleted.exists()
    assert PersonaVersion.objects.filter(persona_ref=persona.pk).exists()


def test_a_conversation_with_a_deleted_persona_is_not_started_again(user: User, user_client: Client) -> None:
    persona = stored()
    conversation = start_conversation(persona, ConversationOptions(stand_in=True), owner=user)
    act(user_client, "delete", persona)
    for name in ("again", "go-on"):
        answer = user_client.post(reverse(f"playground:{name}", args=[conversation.pk]), follow=True)
        assert "was deleted" in text_of(answer)
    assert Conversation.objects.count() == 1


def test_a_trial_is_marked_and_kept(user_client: Client) -> None:
    persona = stored(is_trial=True)
    assert "trial of an endpoint" in text_of(user_client.get(reverse("personas:edit", args=[persona.pk])))
    assert ">trial</span>" in text_of(user_client.get(LIST))
    assert "it is no trial any more" in act(user_client, "keep", persona, listing="")
    assert ">trial</span>" not in text_of(user_client.get(LIST))


def heard(persona: Persona, user: User, first_audio_ms: int | None, **options: Any) -> None:
    conversation = start_conversation(persona, ConversationOptions(**options), owner=user)
    Turn.objects.create(
        conversation=conversation, position=0, status=Turn.Status.COMPLETED, first_audio_ms=first_audio_ms
    )


def test_first_audio_is_the_median_of_ones_own_turns(
    user: User, other_user: User, user_client: Client
) -> None:
    mert, silent = stored(persona_name="Mert"), stored(persona_name="Silent")
    for first_audio_ms in (4_783, 5_000, 100, None):
        heard(mert, user, first_audio_ms)
    heard(mert, other_user, 9_000)
    heard(mert, user, 1, stand_in=True)
    heard(mert, user, 1, properties={"simulated_speech": "instant"})
    heard(silent, user, None)
    heard(mert, user, 9_000)
    heard(mert, user, 9_000)
    Conversation.objects.filter(owner=user, turns__first_audio_ms=9_000).update(purge_at=timezone.now())
    assert first_audio_medians(user, [mert.pk, silent.pk, "p0"]) == {mert.pk: 4_783}
    column = text_of(user_client.get(reverse("playground:first-audio"), {"ids": f"{mert.pk},<x>"}))
    assert f'id="first-audio-{mert.pk}" hx-swap-oob="true">4,783 ' in column
