"""The pages of personas: list, search, delete; who may do what."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from personas.models import FillerConfig, Persona, PersonaVersion, TokenSecret
from tests.conftest import make_user, signed_in
from tests.personas.making import make_secret
from tests.personas.persona_pages import NEW, edit_url, stored, text_of

# The list


def test_an_empty_list_says_what_a_persona_is_and_offers_the_next_step(user_client: Client) -> None:
    page = text_of(user_client.get(reverse("personas:list")))
    assert "No personas yet" in page
    assert reverse("personas:new") in page


def test_the_list_shows_each_persona_with_a_way_to_talk(user_client: Client) -> None:
    persona = stored(token_secret=make_secret(value=""))
    page = text_of(user_client.get(reverse("personas:list")))
    assert persona.persona_name in page
    assert "MY_TOKEN: value missing" in page
    assert f'name="persona" value="{persona.pk}" aria-label="Talk to {persona.persona_name}"' in page


def test_a_persona_is_talked_to_at_once_or_with_settings(user_client: Client) -> None:
    persona = stored()
    page = text_of(user_client.get(edit_url(persona)))
    assert f'name="persona" value="{persona.pk}" aria-label="Talk to {persona.persona_name}"' in page
    assert f'{reverse("playground:start")}?persona={persona.pk}"' in page


def test_the_search_looks_at_name_model_address_and_prompt(user_client: Client) -> None:
    stored(persona_name="Mert", system_prompt="You tell stories.")
    stored(persona_name="Ann", model="llama3")

    def names_for(words: str) -> list[str]:
        page = user_client.get(reverse("personas:list"), {"q": words}).context["page"]
        return sorted(persona.persona_name for persona in page)

    assert names_for("mert") == ["Mert"]
    assert names_for("LLAMA") == ["Ann"]
    assert names_for("stories mert") == ["Mert"]
    assert names_for("llm.example.com") == ["Ann", "Mert"]
    assert names_for("nobody") == []


def test_a_search_without_a_hit_says_so(user_client: Client) -> None:
    stored()
    assert "No persona matches “zebra”" in text_of(user_client.get(reverse("personas:list"), {"q": "zebra"}))


def test_the_list_costs_the_same_for_any_number_of_personas(user_client: Client) -> None:
    secret, filler = make_secret(), FillerConfig.objects.create(name="Hm", filler_phrase="Hm")

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            user_client.get(reverse("personas:list"))
        return len(captured)

    stored(token_secret=secret, filler_config=filler)
    few = cost()
    for _ in range(10):
        stored(token_secret=secret, filler_config=filler, headers=[["Authorization", "Bearer MY_TOKEN"]])
    assert cost() == few


# Deleting


def test_deleting_names_what_goes_and_what_stays(user_client: Client) -> None:
    persona = stored()
    url = reverse("personas:delete", args=[persona.pk])
    page = text_of(user_client.get(url))
    assert f"Delete {persona.persona_name}?" in page
    assert "its 1 version in the history" in page
    assert user_client.post(url)["Location"] == reverse("personas:list")
    assert not Persona.objects.exists()
    assert PersonaVersion.objects.get().persona_ref == persona.pk


# Rights


@pytest.mark.parametrize(
    ("permissions", "expected"),
    [
        ((), [403, 403, 403, 403, 403]),
        (("personas.view_persona",), [200, 403, 200, 403, 403]),
        (("personas.view_persona", "personas.add_persona"), [200, 200, 200, 403, 403]),
        (("personas.view_persona", "personas.change_persona"), [200, 403, 200, 302, 403]),
        (("personas.view_persona", "personas.delete_persona"), [200, 403, 200, 403, 200]),
    ],
)
@pytest.mark.django_db
def test_each_page_asks_for_its_right(permissions: tuple[str, ...], expected: list[int]) -> None:
    persona = stored()
    client = signed_in(make_user("dora", *permissions))
    delete = reverse("personas:delete", args=[persona.pk])
    assert [
        client.get(reverse("personas:list")).status_code,
        client.get(reverse("personas:new")).status_code,
        client.get(edit_url(persona)).status_code,
        client.post(edit_url(persona), NEW).status_code,
        client.get(delete).status_code,
    ] == expected


@pytest.mark.django_db
def test_a_viewer_reads_the_persona_without_a_field_or_a_link_to_what_is_denied() -> None:
    persona = stored(system_prompt="You tell stories.", history_last=3)
    client = signed_in(make_user("dora", "personas.view_persona"))
    page = text_of(client.get(edit_url(persona), {"preview_platform": "jaicp"}))
    own = page[
        page.index('<form method="get" id="persona-form">') : page.index('<aside class="editor__aside"')
    ]
    assert not re.findall(r"<(?:input|textarea|select|button)", own)
    assert "You tell stories." in own
    assert "Last messages" in own
    assert 'name="system_prompt"' not in page
    assert "JAICP calls a whole url" in page
    links = set(re.findall(r'href="(/personas/[^"#?]*)', page))
    assert all(client.get(link).status_code == 200 for link in links)


@pytest.mark.django_db
def test_who_is_not_signed_in_is_asked_to() -> None:
    for name in ("personas:list", "personas:new", "fillers:list"):
        assert Client().get(reverse(name))["Location"].startswith(reverse("sign-in"))


def test_an_unknown_persona_is_not_found(user_client: Client) -> None:
    assert user_client.get(reverse("personas:edit", args=["p000"])).status_code == 404
    assert user_client.get(reverse("personas:delete", args=["p000"])).status_code == 404


def test_only_get_and_post_are_answered(user_client: Client) -> None:
    persona = stored()
    assert user_client.put(edit_url(persona)).status_code == 405
    assert user_client.post(reverse("personas:list")).status_code == 405


def test_the_secret_of_a_persona_can_be_chosen_but_not_made_here(user_client: Client) -> None:
    make_secret(hosts=("a.example",))
    page = text_of(user_client.get(reverse("personas:new")))
    assert "MY_TOKEN (a.example)" in page
    assert TokenSecret.objects.count() == 1
