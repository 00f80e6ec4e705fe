"""The editor's two faces, form and document: the same words, and nothing that was typed is lost."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from personas.demo_data import DEMO_SECRET
from personas.documents import document_of
from personas.formats import read_document
from personas.forms.persona import PersonaForm, data_of
from personas.forms.text_face import text_of
from personas.importing import import_draft
from personas.models import FillerConfig, Persona, PersonaVersion
from tests.conftest import make_user, signed_in
from tests.personas import examples
from tests.personas.editor import as_text, typed
from tests.personas.making import CANARY, make_secret
from tests.personas.persona_pages import NEW, TOOL, edit_url, stored
from tests.personas.persona_pages import text_of as html_of

RICH_TTS = {"tts_engine": "playht", "tts_emotion_control": "false", "voice_settings": {}}


def rich(**fields: Any) -> Persona:
    """Return a persona with something in every corner."""
    complete: dict[str, Any] = {
        "system_prompt": "You tell stories.",
        "context": "The Ugly Duckling",
        "temperature": 0.5,
        "parameters": {"stop": ["###"]},
        "tools": [TOOL],
        "headers": [["X-Folder", "b1g"]],
        "tts": RICH_TTS,
        "vqa": {"enable_vision": "false"},
        "barge_in": {"bargeIn": "phrase", "more": 1},
        "other_layers": {"stt": {"hotwords": "a"}, "llm": {"speculative_inference": True}},
        "other_keys": {"pipeline_mode": "full"},
        "tool_mocks": {"getWeather": {"temp": 21}},
        "stream_options": {"include_usage": True},
    }
    return stored(**(complete | fields))


# The way back to the conversation


def test_who_came_from_a_conversation_is_led_back_to_it_after_a_save_too(user_client: Client) -> None:
    persona = rich()
    back = reverse("playground:conversation", args=["c0123456789ab"])
    saved = user_client.post(
        f"{edit_url(persona)}?from=c0123456789ab", typed(persona, model="m2"), follow=True
    )
    assert back in saved.content.decode()
    for other in ("", "?from=//example.com", "?from=c1/../x"):
        assert "Back to the conversation" not in user_client.get(edit_url(persona) + other).content.decode()


# From the form to the document


def test_the_document_shows_what_is_typed_and_not_saved(user_client: Client) -> None:
    persona = rich()
    answer = user_client.post(edit_url(persona), typed(persona, model="gpt-5", show="text"))
    assert answer.status_code == 200
    assert json.loads(answer.context["text"])["layers"]["llm"]["model"] == "gpt-5"
    assert Persona.objects.get().model == "gpt-4o"
    assert PersonaVersion.objects.count() == 1


def test_a_jaicp_persona_is_shown_as_its_script(user_client: Client) -> None:
    persona = rich(platform="jaicp", address="https://a.example/v1/chat/completions")
    page = user_client.get(edit_url(persona), {"face": "text"})
    assert "$response.replies.push({" in page.context["text"]
    assert 'url: "https://a.example/v1/chat/completions"' in page.context["text"]


def test_a_form_with_an_error_stays_a_form_with_all_that_was_typed(user_client: Client) -> None:
    persona = rich()
    answer = user_client.post(edit_url(persona), typed(persona, tools="[{]", model="gpt-5", show="text"))
    assert answer.status_code == 422
    form = answer.context["form"]
    assert (form["tools"].value(), form["model"].value()) == ("[{]", "gpt-5")


def test_the_document_holds_the_name_of_the_secret_never_its_value(user_client: Client) -> None:
    secret = make_secret(hosts=("llm.example.com",))
    persona = rich(token_secret=secret, headers=[["X-Key", "Key MY_TOKEN"]])
    page = html_of(user_client.get(edit_url(persona), {"face": "text"}))
    assert "{{secret:MY_TOKEN}}" in page
    assert CANARY not in page


@pytest.mark.parametrize("of_text", [False, True])
def test_a_save_that_changes_nothing_makes_no_version(user_client: Client, of_text: bool) -> None:
    persona = rich(filler_config=FillerConfig.objects.create(name="Hm"), token_secret=make_secret())
    data = as_text(persona, text_of(persona)) if of_text else typed(persona)
    page = user_client.post(edit_url(persona), data, follow=True)
    assert "Nothing changed: it stays version 1." in html_of(page)
    assert PersonaVersion.objects.count() == 1
    user_client.post(edit_url(persona), data | {"note": "Approved"})
    assert PersonaVersion.objects.get(number=2).note == "Approved"


# From the document to the form


def test_the_form_shows_what_the_document_says_and_saves_nothing(user_client: Client) -> None:
    persona = rich()
    text = text_of(persona).replace('"gpt-4o"', '"gpt-5"').replace("You tell stories.", "You tell jokes.")
    answer = user_client.post(edit_url(persona), as_text(persona, text, show="form", note="Why"))
    assert answer.status_code == 200
    form = answer.context["form"]
    assert (form["model"].value(), form["system_prompt"].value()) == ("gpt-5", "You tell jokes.")
    assert form["note"].value() == "Why"
    assert "not saved yet" in html_of(answer)
    assert PersonaVersion.objects.count() == 1


def test_another_face_without_a_change_has_nothing_unsaved(user_client: Client) -> None:
    persona = rich()
    document = user_client.post(edit_url(persona), typed(persona, note="Not stored by itself", show="text"))
    assert document.context["unsaved"] == []
    assert "not saved yet" not in html_of(document)
    text = document.context["text"]
    form = user_client.post(edit_url(persona), as_text(persona, text, show="form"))
    assert form.context["unsaved"] == []
    changed = user_client.post(edit_url(persona), typed(persona, model="m2", tool_mocks="{}", show="text"))
    assert changed.context["unsaved"] == ["model", "Tool mocks"]
    assert "2 fields changed: model, Tool mocks" in html_of(changed)


def test_what_no_field_shows_survives_both_ways(user_client: Client) -> None:
    persona = rich()
    text = text_of(persona).replace('"tts_emotion_control": "false"', '"tts_emotion_control": "true"')
    form = user_client.post(edit_url(persona), as_text(persona, text, show="form")).context["form"]
    data = {name: form[name].value() for name in form.fields}
    user_client.post(
        edit_url(persona), {name: "" if value is None else value for name, value in data.items()}
    )
    saved = Persona.objects.get()
    assert saved.tts is not None
    assert saved.tts["tts_emotion_control"] == "true"


def test_what_a_document_has_no_word_for_is_kept_as_it_is_typed_in_the_form(user_client: Client) -> None:
    persona = rich()
    data = as_text(persona, text_of(persona), max_tool_rounds="7", tool_mocks='{"a": 1}')
    assert user_client.post(edit_url(persona), data).status_code == 302
    saved = Persona.objects.get()
    assert (saved.max_tool_rounds, saved.tool_mocks) == (7, {"a": 1})


@pytest.mark.parametrize("platform", ["tavus", "jaicp"])
def test_saving_the_document_as_it_stands_changes_nothing(user_client: Client, platform: str) -> None:
    filler = FillerConfig.objects.create(name="Hm", filler_phrase="Hm")
    address = "https://a.example/v1" + ("/chat/completions" if platform == "jaicp" else "")
    persona = rich(
        platform=platform,
        address=address,
        filler_config=filler,
        token_secret=make_secret(),
        persona_name="A/B | Mert",
    )
    before = document_of(persona)
    answer = user_client.post(edit_url(persona), as_text(persona, text_of(persona), note="As it is"))
    assert answer.status_code == 302, answer.context["text_refused"]
    after = document_of(Persona.objects.get())
    if platform == "jaicp":
        # The script's object has no place for what is unknown in bargeInResponse.
        before["barge_in"].pop("more")
    assert after == before
    assert FillerConfig.objects.count() == 1


def test_the_examples_of_both_platforms_can_be_saved_as_documents(
    user_client: Client, admin_user: User
) -> None:
    for text in (examples.STORYTELLER, examples.WEATHER_ASSISTANT, examples.CAILA, examples.YANDEX_GPT):
        persona = import_draft(read_document(text), by=admin_user).persona
        persona = Persona.objects.get(pk=persona.pk)
        before = document_of(persona)
        answer = user_client.post(edit_url(persona), as_text(persona, text_of(persona), note="As it is"))
        assert answer.status_code == 302, answer.context["text_refused"]
        assert document_of(Persona.objects.get(pk=persona.pk)) == before


def test_a_new_persona_can_be_written_as_a_document(user_client: Client, user: User) -> None:
    data = NEW | {"face": "text", "text": '{"persona_name": "Ann", "system_prompt": "Hi",}', "note": "First"}
    answer = user_client.post(reverse("personas:new"), data)
    version = PersonaVersion.objects.get()
    assert answer["Location"] == reverse("personas:edit", args=[version.persona_ref]) + "?face=text"
    assert (version.document["system_prompt"], version.note, version.created_by) == ("Hi", "First", user)


def test_a_prompt_of_two_parts_becomes_one_only_once_it_is_changed_in_the_script(user_client: Client) -> None:
    persona = rich(platform="jaicp", address="https://a.example/v1/chat/completions")
    user_client.post(edit_url(persona), as_text(persona, text_of(persona), note="As it is"))
    saved = Persona.objects.get()
    assert (saved.system_prompt, saved.context) == ("You tell stories.", "The Ugly Duckling")
    text = text_of(saved).replace("Duckling", "Swan")
    user_client.post(edit_url(saved), as_text(saved, text))
    saved = Persona.objects.get()
    assert (saved.system_prompt, saved.context) == ("You tell stories.\n\nThe Ugly Swan", "")


# Size, scripts, framing


def test_ten_megabytes_are_refused_by_their_size(user_client: Client) -> None:
    persona = stored()
    answer = user_client.post(edit_url(persona), typed(persona, system_prompt="x" * 10_000_000))
    assert answer.status_code in (400, 413)
    assert PersonaVersion.objects.count() == 1


def test_the_longest_prompt_crosses_over_whatever_its_script(user_client: Client) -> None:
    persona = stored(system_prompt="ж" * 200_000)
    answer = user_client.post(edit_url(persona), typed(persona, show="text"))
    assert answer.status_code == 200
    assert 'enctype="multipart/form-data"' in html_of(answer)
    assert user_client.post(edit_url(persona), as_text(persona, answer.context["text"])).status_code == 302


def test_markup_is_text_in_every_face(user_client: Client) -> None:
    markup = "</textarea><script>alert(1)</script>"
    persona = rich(
        persona_name=markup, model=markup, system_prompt=markup, tools=[], other_keys={markup: markup}
    )
    preview = reverse("personas:preview")
    answers = [
        user_client.get(edit_url(persona)),
        user_client.get(edit_url(persona), {"face": "text"}),
        user_client.post(edit_url(persona), as_text(persona, markup)),
        user_client.post(preview, typed(persona, persona=persona.pk, sample_words=markup, preview_as="curl")),
    ]
    for answer in answers:
        assert b"<script>alert" not in answer.content


def test_no_face_can_be_framed(user_client: Client) -> None:
    persona = stored()
    for answer in (user_client.get(edit_url(persona)), user_client.get(edit_url(persona), {"face": "text"})):
        assert answer["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_a_post_without_the_token_of_the_form_is_refused(user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    persona = stored()
    assert client.post(edit_url(persona), typed(persona)).status_code == 403
    assert client.post(reverse("personas:preview"), typed(persona)).status_code == 403


@pytest.mark.django_db
def test_a_viewer_reads_both_faces_and_saves_neither() -> None:
    client = signed_in(make_user("vera", "personas.view_persona"))
    persona = rich()
    page = html_of(client.get(edit_url(persona), {"face": "text"}))
    assert "<textarea" not in page
    assert "You tell stories." in page
    assert ">Save<" not in page
    assert client.post(edit_url(persona), as_text(persona, text_of(persona))).status_code == 403


# Presets


def test_a_preset_fills_in_and_saves_nothing(user_client: Client) -> None:
    secret = make_secret()
    persona = stored(headers=[["X-A", "1"], ["Authorization", "Bearer MY_TOKEN"]])
    data = typed(persona, token_secret=secret.pk, platform="jaicp", show="preset", preset="yandexgpt")
    form = user_client.post(edit_url(persona), data).context["form"]
    assert form["address"].value() == "https://llm.api.cloud.yandex.net/v1/chat/completions"
    assert form["headers"].value() == "X-A: 1\nAuthorization: Api-Key MY_TOKEN"
    assert PersonaVersion.objects.count() == 1


def test_a_preset_chooses_the_token_secret_that_goes_with_it(user_client: Client) -> None:
    secret = make_secret(name=DEMO_SECRET)
    data = typed(stored(), show="preset", preset="demo")
    form = user_client.post(edit_url(Persona.objects.get()), data).context["form"]
    assert form["token_secret"].value() == str(secret.pk)


def test_a_preset_fills_in_a_form_without_a_name_which_the_save_asks_for(user_client: Client) -> None:
    new = typed(Persona()) | {"persona_name": "", "tools": "[", "show": "preset", "preset": "ollama"}
    address = reverse("personas:new")
    answer = user_client.post(address, new)
    assert answer.status_code == 200
    assert not answer.context["form"].errors
    assert "Ollama is filled in, and not saved yet" in html_of(answer).partition('id="preset-help"')[2]
    saved = user_client.post(address, new | {"show": ""})
    assert saved.status_code == 422
    assert {"persona_name", "tools"} <= saved.context["form"].errors.keys()


def test_every_preset_gives_a_form_without_errors(user_client: Client) -> None:
    persona = stored(token_secret=make_secret())
    page = user_client.get(edit_url(persona))
    assert len(page.context["presets"]) == 13
    for preset in page.context["presets"]:
        for platform in ("tavus", "jaicp"):
            data = typed(persona, platform=platform, show="preset", preset=preset.slug)
            answer = user_client.post(edit_url(persona), data)
            assert answer.status_code == 200, (preset.slug, answer.context["form"].errors)


def test_the_way_to_a_new_secret_has_name_and_host_filled_in(
    admin_client: Client, user_client: Client
) -> None:
    persona = stored(address="https://api.openai.com/v1")
    new_secret_url = admin_client.get(edit_url(persona)).context["new_secret_url"]
    form = admin_client.get(new_secret_url).context["adminform"].form
    assert form["name"].value() == "API_OPENAI_COM_KEY"
    assert form["allowed_hosts"].value() == "api.openai.com"
    assert user_client.get(edit_url(persona)).context["new_secret_url"] == ""


# Any text at all


class AnyText(TestCase):
    @settings(max_examples=12, suppress_health_check=list(HealthCheck))
    @given(text=st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=300))
    def test_no_text_makes_an_error_of_the_server(self, text: str) -> None:
        user = User.objects.create_superuser("root")
        client = signed_in(user)
        data = NEW | {"face": "text", "text": text, "other_keys": text, "tools": text, "headers": text}
        assert client.post(reverse("personas:new"), data).status_code in (200, 302, 422)
        assert client.post(reverse("personas:new"), data | {"face": "form"}).status_code in (200, 302, 422)
        assert client.post(reverse("personas:preview"), data).status_code == 200


@pytest.mark.django_db
def test_form_data_of_a_persona_is_a_valid_form() -> None:
    persona = rich()
    form = PersonaForm(data_of(persona), instance=Persona.objects.get())
    assert form.is_valid(), form.errors
    assert document_of(form.as_typed()) == document_of(persona)
