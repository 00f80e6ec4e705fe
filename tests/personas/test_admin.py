"""Personas, their versions and filler configs in the admin, in the site's own frame."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from personas.demo_data import load_demo_data
from personas.models import FillerConfig, Persona, PersonaVersion
from personas.saving import save_persona
from tests.personas.making import make_persona, make_secret

pytestmark = pytest.mark.django_db

ADD_FILLER = reverse("admin:personas_fillerconfig_add")


def html_of(response: Any) -> str:
    html: str = response.content.decode()
    return html


def form_of(response: Any) -> dict[str, Any]:
    """Return what a browser would send if the page were saved as it stands."""
    form = response.context["adminform"].form
    sent = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in sent.items() if value is not None}


def persona_page(persona: Persona) -> str:
    return reverse("admin:personas_persona_change", args=[persona.pk])


@pytest.mark.parametrize("model", ["persona", "personaversion", "fillerconfig", "tokensecret"])
def test_every_list_and_every_page_opens(admin_client: Client, model: str) -> None:
    load_demo_data()
    listed = admin_client.get(reverse(f"admin:personas_{model}_changelist"))
    assert listed.status_code == 200
    rows = listed.context["cl"].result_list
    assert rows
    for row in rows:
        for page in ("change", "history"):
            address = reverse(f"admin:personas_{model}_{page}", args=[row.pk])
            assert admin_client.get(address).status_code == 200


@pytest.mark.parametrize(
    "page", ["admin:index", "admin:personas_persona_changelist", "admin:personas_tokensecret_add"]
)
def test_the_admin_stands_in_the_frame_of_the_site(admin_client: Client, page: str) -> None:
    html = html_of(admin_client.get(reverse(page)))
    assert 'class="site-header"' in html
    assert "css/tokens.css" in html
    assert html.index("css/tokens.css") < html.rindex("css/admin.css")
    assert "dark_mode.css" not in html
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', html)
    assert sheets[-1].endswith("css/admin.css")


@pytest.mark.parametrize(
    "page", ["admin:index", "admin:personas_persona_add", "admin:personas_tokensecret_changelist"]
)
def test_no_page_has_an_inline_script_or_style(admin_client: Client, page: str) -> None:
    load_demo_data()
    html = html_of(admin_client.get(reverse(page)))
    assert not re.findall(
        r"<style|\sstyle=|\son\w+=|<script(?![^>]*(?:\ssrc=|type=\"application/json\"))", html
    )


def test_saving_a_persona_is_a_version(admin_client: Client, admin_user: User) -> None:
    persona = make_persona(
        headers=[["X-Folder", "f1"]], tools=[{"type": "function", "function": {"name": "f"}}]
    )
    save_persona(persona, by=None)
    page = admin_client.get(persona_page(persona))
    response = admin_client.post(persona_page(persona), form_of(page) | {"persona_name": "Mert the Brief"})
    assert response.status_code == 302
    persona = Persona.objects.get(pk=persona.pk)
    newest = persona.versions.first()
    assert newest is not None
    assert (newest.number, newest.created_by) == (2, admin_user)
    assert newest.document["persona_name"] == "Mert the Brief"
    assert persona.headers == [["X-Folder", "f1"]]
    assert persona.tools == [{"type": "function", "function": {"name": "f"}}]
    admin_client.post(persona_page(persona), form_of(admin_client.get(persona_page(persona))))
    assert persona.versions.count() == 2


def test_a_persona_is_added(admin_client: Client) -> None:
    address = reverse("admin:personas_persona_add")
    sent = form_of(admin_client.get(address)) | {"persona_name": "New", "address": "your-endpoint"}
    assert admin_client.post(address, sent).status_code == 302
    assert Persona.objects.get().versions.count() == 1


@pytest.mark.parametrize("field", ["address", "stand_in_address", "tool_endpoint"])
def test_an_address_that_is_none_is_a_field_error(admin_client: Client, field: str) -> None:
    persona = make_persona()
    save_persona(persona, by=None)
    sent = form_of(admin_client.get(persona_page(persona))) | {field: "https://user:pass@llm.example.com"}
    response = admin_client.post(persona_page(persona), sent)
    assert list(response.context["adminform"].form.errors) == [field]


def test_the_admin_says_why_a_persona_cannot_start(admin_client: Client) -> None:
    persona = make_persona(address="", token_secret=make_secret("MY_TOKEN", value=""))
    save_persona(persona, by=None)
    assert "not yet: 2 reasons" in html_of(admin_client.get(reverse("admin:personas_persona_changelist")))
    html = html_of(admin_client.get(persona_page(persona)))
    assert "No base_url is set" in html
    assert "MY_TOKEN has no value yet" in html


def test_the_page_leads_to_the_form_of_the_site(admin_client: Client) -> None:
    persona = make_persona()
    save_persona(persona, by=None)
    assert f'href="{reverse("personas:edit", args=[persona.pk])}"' in html_of(
        admin_client.get(persona_page(persona))
    )


def test_hostile_names_are_text(admin_client: Client) -> None:
    persona = make_persona(persona_name="<script>alert(1)</script>", other_keys={"k": "</pre><img src=x>"})
    save_persona(persona, by=None)
    pages = [persona_page(persona), reverse("admin:personas_persona_changelist")]
    pages += [reverse("admin:personas_personaversion_change", args=[persona.versions.get().pk])]
    for page in pages:
        html = html_of(admin_client.get(page))
        assert "<script>alert" not in html
        assert "<img src=x>" not in html


def test_a_persona_is_deleted_and_its_versions_stay(admin_client: Client) -> None:
    persona = make_persona()
    save_persona(persona, by=None)
    admin_client.post(reverse("admin:personas_persona_delete", args=[persona.pk]), {"post": "yes"})
    assert not Persona.objects.exists()
    assert PersonaVersion.objects.get().persona is None


def test_versions_can_only_be_read(admin_client: Client) -> None:
    version = save_persona(make_persona(), by=None)
    address = reverse("admin:personas_personaversion_change", args=[version.pk])
    assert "&quot;persona_name&quot;: &quot;Mert&quot;" in html_of(admin_client.get(address))
    assert admin_client.post(address, {"note": "Something else"}).status_code == 403
    assert admin_client.get(reverse("admin:personas_personaversion_add")).status_code == 403
    delete = reverse("admin:personas_personaversion_delete", args=[version.pk])
    assert admin_client.post(delete, {"post": "yes"}).status_code == 403


def filler(**fields: Any) -> dict[str, Any]:
    return {
        "name": "Thinking",
        "filler_phrase": "Hm",
        "filler_phrases_list": "",
        "activation_delay_ms": 2_000,
    } | fields


def test_a_filler_config_takes_one_phrase_a_line(admin_client: Client) -> None:
    admin_client.post(ADD_FILLER, filler(filler_phrases_list="Great question!\n\n  Just a moment \n"))
    assert FillerConfig.objects.get().filler_phrases_list == ["Great question!", "Just a moment"]


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"filler_phrase": ""}, "filler_phrase"),
        ({"activation_delay_ms": "-1"}, "activation_delay_ms"),
        ({"activation_delay_ms": "60001"}, "activation_delay_ms"),
        ({"activation_delay_ms": "NaN"}, "activation_delay_ms"),
        ({"activation_delay_ms": "1e12"}, "activation_delay_ms"),
        ({"filler_phrases_list": "x" * 501}, "filler_phrases_list"),
        ({"filler_phrase": "Hm\x00"}, "filler_phrase"),
        ({"name": "thinking  ALOUD"}, "name"),
    ],
)
def test_a_wrong_filler_config_is_a_field_error(
    admin_client: Client, fields: dict[str, str], where: str
) -> None:
    FillerConfig.objects.create(name="Thinking aloud", filler_phrase="Hm")
    response = admin_client.post(ADD_FILLER, filler(**fields))
    assert list(response.context["adminform"].form.errors) == [where]
    assert FillerConfig.objects.count() == 1


def test_a_delay_under_half_a_second_is_saved_with_a_warning(admin_client: Client) -> None:
    response = admin_client.post(ADD_FILLER, filler(activation_delay_ms=499), follow=True)
    assert FillerConfig.objects.get().activation_delay_ms == 499
    assert "values less than 500 might cause errors" in html_of(response)


def test_a_changed_filler_config_says_whose_versions_it_made(admin_client: Client) -> None:
    config = FillerConfig.objects.create(name="Thinking", filler_phrase="Hm")
    persona = make_persona(filler_config=config)
    save_persona(persona, by=None)
    address = reverse("admin:personas_fillerconfig_change", args=[config.pk])
    response = admin_client.post(address, filler(filler_phrase="Well"), follow=True)
    assert "each persona that uses it: Mert." in html_of(response)
    assert persona.versions.count() == 2


def test_a_filler_config_in_use_is_not_deleted(admin_client: Client) -> None:
    config = FillerConfig.objects.create(name="Thinking", filler_phrase="Hm")
    save_persona(make_persona(filler_config=config), by=None)
    address = reverse("admin:personas_fillerconfig_delete", args=[config.pk])
    assert "Mert" in html_of(admin_client.get(address))
    admin_client.post(address, {"post": "yes"})
    assert FillerConfig.objects.exists()
