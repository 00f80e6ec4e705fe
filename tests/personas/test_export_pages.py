"""The pages of export and duplicate: shown, copied, downloaded; what is lost is named before anything is saved."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from personas.documents import document_of
from personas.models import FillerConfig, Persona
from personas.saving import save_persona
from tests.conftest import make_user, signed_in
from tests.personas.making import CANARY, make_persona, make_secret

pytestmark = pytest.mark.django_db


@pytest.fixture
def persona() -> Persona:
    persona = make_persona(
        token_secret=make_secret(hosts=("llm.example.com",)),
        vqa={"enabled": False},
        filler_config=FillerConfig.objects.create(name="Hm", filler_phrase="Hm"),
    )
    save_persona(persona, by=None)
    return persona


def address(name: str, persona: Persona) -> str:
    return reverse(f"personas:{name}", args=[persona.pk])


@pytest.mark.parametrize("export_format", ["tavus", "jaicp", "curl", "python"])
def test_each_format_is_shown_and_downloaded_as_the_same_text(
    user_client: Client, persona: Persona, export_format: str
) -> None:
    shown = user_client.get(address("export", persona), {"format": export_format})
    file = user_client.get(address("download", persona), {"format": export_format})
    assert file.content.decode() == shown.context["export"].text
    assert file.headers["Content-Disposition"].startswith('attachment; filename="mert.')
    assert CANARY not in shown.content.decode()


def test_the_personas_own_format_comes_first(user_client: Client, persona: Persona) -> None:
    exported = json.loads(user_client.get(address("download", persona)).content)
    assert exported["persona_name"] == "Mert"


def test_an_unknown_format_is_not_found(user_client: Client, persona: Persona) -> None:
    assert user_client.get(address("export", persona), {"format": "xml"}).status_code == 404


def test_what_a_format_has_no_place_for_is_named(user_client: Client, persona: Persona) -> None:
    html = user_client.get(address("export", persona), {"format": "jaicp"}).content.decode()
    assert "The vqa layer" in html


def test_markup_and_closing_tags_are_text(user_client: Client) -> None:
    persona = make_persona(persona_name="</pre><script>1</script>", system_prompt="</script><!-- \u2028")
    save_persona(persona, by=None)
    for name in ("export", "duplicate"):
        html = user_client.get(address(name, persona)).content.decode()
        assert "<script>1" not in html
        assert "</script><!--" not in html


def test_the_copy_of_a_persona_is_the_same_under_another_name(
    user_client: Client, user: User, persona: Persona
) -> None:
    user_client.post(address("duplicate", persona), {"persona_name": "  Mert   II ", "platform": "tavus"})
    copy = Persona.objects.exclude(pk=persona.pk).get()
    assert document_of(copy) == document_of(persona) | {"persona_name": "Mert II"}
    version = copy.versions.get()
    assert (version.created_by, version.note) == (user, f"Copy of {persona.pk}, version 1")
    assert FillerConfig.objects.count() == 1


def test_a_copy_for_the_other_platform_names_the_losses_before_it_is_saved(
    user_client: Client, persona: Persona
) -> None:
    response = user_client.get(address("duplicate", persona), {"platform": "jaicp"})
    assert [name for name, _ in response.context["groups"]] == ["Lost", "Changed", "Mapped"]
    assert Persona.objects.count() == 1
    user_client.post(address("duplicate", persona), {"persona_name": "Copy", "platform": "jaicp"})
    copy = Persona.objects.get(persona_name="Copy")
    assert (copy.platform, copy.address) == ("jaicp", "https://llm.example.com/v1/chat/completions")
    assert copy.headers == [["Authorization", "Bearer MY_TOKEN"]]
    assert (copy.vqa, copy.token_secret) == (None, persona.token_secret)


@pytest.mark.parametrize(
    "data", [{"persona_name": ""}, {"persona_name": "x" * 201}, {"persona_name": "a", "platform": "x"}]
)
def test_a_copy_that_is_wrong_is_refused(user_client: Client, persona: Persona, data: dict[str, Any]) -> None:
    response = user_client.post(address("duplicate", persona), {"platform": "tavus"} | data)
    assert response.status_code == 422
    assert Persona.objects.count() == 1


def test_each_page_asks_for_its_right(persona: Persona) -> None:
    viewer = signed_in(make_user("vera", "personas.view_persona"))
    assert viewer.get(address("export", persona)).status_code == 200
    assert viewer.get(address("duplicate", persona)).status_code == 403
    assert viewer.post(address("duplicate", persona), {"persona_name": "x"}).status_code == 403
    nobody = signed_in(make_user("nora"))
    assert nobody.get(address("export", persona)).status_code == 403
    assert nobody.get(address("download", persona)).status_code == 403


def test_an_unknown_persona_is_not_found(user_client: Client) -> None:
    for name in ("export", "download", "duplicate"):
        assert user_client.get(reverse(f"personas:{name}", args=["pnone"])).status_code == 404
