"""The pages of filler configs: list, form, delete, and who uses what."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from personas.models import FillerConfig
from personas.saving import save_persona
from tests.conftest import make_user, signed_in
from tests.personas.making import make_persona
from tests.personas.persona_pages import text_of

NEW = {
    "name": "Thinking",
    "filler_phrase": "",
    "filler_phrases_list": "Hm\r\n\r\n Just a moment ",
    "activation_delay_ms": "1000",
}


def make_config(**fields: Any) -> FillerConfig:
    return FillerConfig.objects.create(**({"name": "Thinking", "filler_phrase": "Hm"} | fields))


def edit_url(config: FillerConfig) -> str:
    return reverse("fillers:edit", args=[config.pk])


def test_an_empty_list_says_what_a_filler_is(user_client: Client) -> None:
    page = text_of(user_client.get(reverse("fillers:list")))
    assert "No filler configs yet" in page
    assert reverse("fillers:new") in page


def test_phrases_are_one_a_line(user_client: Client) -> None:
    answer = user_client.post(reverse("fillers:new"), NEW)
    config = FillerConfig.objects.get()
    assert answer["Location"] == edit_url(config)
    assert config.filler_phrases_list == ["Hm", "Just a moment"]
    assert config.activation_delay_ms == 1_000
    page = text_of(user_client.get(edit_url(config)))
    assert "Hm\nJust a moment</textarea>" in page


def test_the_list_shows_phrases_delay_and_use(user_client: Client) -> None:
    config = make_config(filler_phrases_list=["Just a moment"])
    save_persona(make_persona(filler_config=config), by=None)
    page = text_of(user_client.get(reverse("fillers:list")))
    assert "“Hm”" in page
    assert "“Just a moment”" in page
    assert '2,000 <span class="unit">ms</span>' in page
    assert '<td class="number">1</td>' in page


def test_a_short_delay_warns_and_is_saved(user_client: Client) -> None:
    answer = user_client.post(reverse("fillers:new"), NEW | {"activation_delay_ms": "499"}, follow=True)
    assert FillerConfig.objects.get().activation_delay_ms == 499
    assert "values less than 500 might cause errors" in text_of(answer)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"filler_phrases_list": " \n "}, "filler_phrase"),
        ({"activation_delay_ms": "-1"}, "activation_delay_ms"),
        ({"activation_delay_ms": "1000000000000"}, "activation_delay_ms"),
        ({"activation_delay_ms": "NaN"}, "activation_delay_ms"),
        ({"activation_delay_ms": ""}, "activation_delay_ms"),
        ({"filler_phrases_list": "x" * 501}, "filler_phrases_list"),
        ({"filler_phrases_list": "x\n" * 51}, "filler_phrases_list"),
        ({"name": " "}, "name"),
        ({"name": "ＡＬＲＥＡＤＹ there"}, "name"),
        ({"filler_phrase": "a\x00"}, "filler_phrase"),
    ],
)
def test_what_is_wrong_is_refused_next_to_its_field(
    changes: dict[str, str], field: str, user_client: Client
) -> None:
    make_config(name="already There")
    answer = user_client.post(reverse("fillers:new"), NEW | changes)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert FillerConfig.objects.count() == 1


def test_a_changed_config_makes_a_new_version_of_each_persona_that_uses_it(user_client: Client) -> None:
    config = make_config()
    persona = make_persona(filler_config=config)
    save_persona(persona, by=None)
    form = {"name": config.name, "filler_phrase": "One moment", "activation_delay_ms": "1500"}
    answer = user_client.post(reverse("fillers:edit", args=[config.pk]), form)
    assert answer.status_code == 302
    versions = persona.versions.order_by("number")
    assert [version.document["filler"]["activationDelayMs"] for version in versions][-1] == 1_500
    assert len(versions) == 2


def test_a_config_in_use_is_not_deleted_and_its_users_are_named(user_client: Client) -> None:
    config = make_config()
    persona = make_persona(filler_config=config)
    save_persona(persona, by=None)
    url = reverse("fillers:delete", args=[config.pk])
    assert "Thinking is in use" in text_of(user_client.get(url))
    answer = user_client.post(url)
    assert answer.status_code == 409
    assert persona.persona_name in text_of(answer)
    assert FillerConfig.objects.exists()


def test_a_config_that_nobody_uses_is_deleted_after_asking(user_client: Client) -> None:
    url = reverse("fillers:delete", args=[make_config().pk])
    assert "Delete Thinking?" in text_of(user_client.get(url))
    assert user_client.post(url)["Location"] == reverse("fillers:list")
    assert not FillerConfig.objects.exists()


@pytest.mark.parametrize(
    ("permissions", "expected"),
    [
        ((), [403, 403, 403, 403, 403]),
        (("personas.view_fillerconfig",), [200, 403, 200, 403, 403]),
        (("personas.view_fillerconfig", "personas.add_fillerconfig"), [200, 200, 200, 403, 403]),
        (("personas.view_fillerconfig", "personas.change_fillerconfig"), [200, 403, 200, 302, 403]),
        (("personas.delete_fillerconfig",), [403, 403, 403, 403, 200]),
    ],
)
@pytest.mark.django_db
def test_each_page_asks_for_its_right(permissions: tuple[str, ...], expected: list[int]) -> None:
    config = make_config()
    client = signed_in(make_user("dora", *permissions))
    assert [
        client.get(reverse("fillers:list")).status_code,
        client.get(reverse("fillers:new")).status_code,
        client.get(edit_url(config)).status_code,
        client.post(edit_url(config), NEW).status_code,
        client.get(reverse("fillers:delete", args=[config.pk])).status_code,
    ] == expected


def test_an_unknown_config_is_not_found(user_client: Client) -> None:
    assert user_client.get(reverse("fillers:edit", args=[999])).status_code == 404
