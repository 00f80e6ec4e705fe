"""The form of a persona: what is saved, refused and kept."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from personas.demo_data import load_demo_data
from personas.documents import document_of
from personas.formats import read_document
from personas.importing import import_draft
from personas.models import FillerConfig, Persona, PersonaVersion
from personas.saving import save_persona
from tests.personas import examples
from tests.personas.editor import typed
from tests.personas.making import make_secret
from tests.personas.persona_pages import NEW, TOOL, edit_url, stored, text_of


def posted(client: Client, persona: Persona, **changes: Any) -> Any:
    """Submit the form as a browser would: everything that it shows, with these changes."""
    form = client.get(edit_url(persona)).context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {name: "" if value is None else value for name, value in data.items()}
    return client.post(edit_url(persona), data | changes)


# The form


def test_a_name_is_enough_and_what_is_missing_is_listed(user_client: Client, user: User) -> None:
    answer = user_client.post(reverse("personas:new"), NEW, follow=True)
    persona = Persona.objects.get()
    assert answer.redirect_chain == [(edit_url(persona), 302)]
    page = text_of(answer)
    save_bar = page[page.index('class="save-bar"') :]
    assert page.count("Saved as version 1.") == save_bar.count("Saved as version 1.") == 1
    assert "No base_url is set" in page
    assert "No model is set" in page
    assert PersonaVersion.objects.get().created_by == user


def test_saving_without_a_change_changes_nothing_but_the_version_if_it_has_a_note(
    user_client: Client, admin_user: User
) -> None:
    for text in (examples.STORYTELLER, examples.WEATHER_ASSISTANT, examples.CAILA, examples.YANDEX_GPT):
        persona = import_draft(read_document(text), by=admin_user).persona
        before = document_of(Persona.objects.get(pk=persona.pk))
        assert posted(user_client, persona).status_code == 302
        assert Persona.objects.get(pk=persona.pk).version == 1
        assert posted(user_client, persona, note="As it is").status_code == 302
        after = Persona.objects.get(pk=persona.pk)
        assert (document_of(after), after.version) == (before, 2)


def test_the_demo_personas_can_be_saved_as_they_are(user_client: Client) -> None:
    load_demo_data()
    for persona in Persona.objects.all():
        before = document_of(persona)
        assert posted(user_client, persona, note="As it is").status_code == 302
        assert document_of(Persona.objects.get(pk=persona.pk)) == before


def test_old_spellings_and_unknown_keys_survive_the_form(user_client: Client) -> None:
    tts = {"tts_engine": "playht", "tts_emotion_control": "false", "voice_settings": {}}
    vqa = {"enable_vision": "false", "prompt": "What is in this image?"}
    persona = stored(
        tts=tts, vqa=vqa, other_layers={"stt": {"hotwords": "a"}}, other_keys={"pipeline_mode": "full"}
    )
    before = document_of(persona)
    assert posted(user_client, persona, note="As it is").status_code == 302
    assert document_of(Persona.objects.get()) == before
    posted(user_client, persona, vision="on", external_voice_id="v1")
    changed = Persona.objects.get()
    assert changed.vqa == {"enable_vision": True, "prompt": "What is in this image?"}
    assert changed.tts == tts | {"external_voice_id": "v1"}


def test_an_absent_layer_stays_absent_and_an_empty_one_empty(user_client: Client) -> None:
    absent, empty = stored(tts=None, vqa=None), stored(tts={}, vqa={})
    for persona in (absent, empty):
        before = document_of(persona)
        posted(user_client, persona, note="As it is")
        assert document_of(Persona.objects.get(pk=persona.pk)) == before


def test_every_setting_reaches_the_document(user_client: Client) -> None:
    secret = make_secret(hosts=("a.example",))
    filler = FillerConfig.objects.create(name="Hm", filler_phrase="Hm")
    persona = stored()
    answer = posted(
        user_client,
        persona,
        persona_name="  Ann   Lee ",
        system_prompt="Line one\r\nLine two",
        platform="jaicp",
        address="https://a.example/v1/chat/completions",
        token_secret=secret.pk,
        headers="Authorization: Api-Key MY_TOKEN\r\nX-Folder: b1g:2",
        temperature="0.6",
        parameters='{"stop": ["joke"]}',
        tools=json.dumps([TOOL]),
        event_name="myEvent",
        history_mode="session",
        history_last="4",
        filler_config=filler.pk,
        barge_in_mode="phrase",
        barge_in_trigger="interim",
        no_interrupt_ms="0",
        barge_in_reply='{"bargeInIntent": {"type": "intent"}}',
        voice_settings='{"speed": 1.1}',
        stream_options='{"include_usage": true}',
        tool_mocks='{"getWeather": {"temp": 21}}',
        note="All of it",
    )
    assert answer.status_code == 302
    version = PersonaVersion.objects.get(number=2)
    assert version.note == "All of it"
    document = version.document
    assert document["persona_name"] == "Ann Lee"
    assert document["system_prompt"] == "Line one\nLine two"
    assert document["llm"] == {
        "platform": "jaicp",
        "provider": "CUSTOM_LLM",
        "address": "https://a.example/v1/chat/completions",
        "model": "gpt-4o",
        "token_secret": "MY_TOKEN",
        "headers": [["Authorization", "Api-Key MY_TOKEN"], ["X-Folder", "b1g:2"]],
        "temperature": 0.6,
        "parameters": {"stop": ["joke"]},
        "tools": [TOOL],
        "event_name": "myEvent",
        "history_mode": "session",
        "history_last": 4,
        "stream_options": {"include_usage": True},
    }
    assert document["barge_in"] == {
        "bargeIn": "phrase",
        "bargeInTrigger": "interim",
        "noInterruptTime": 0,
        "bargeInReply": {"bargeInIntent": {"type": "intent"}},
    }
    assert document["filler"]["name"] == "Hm"
    assert document["tts"] == {"voice_settings": {"speed": 1.1}, "token_secret": ""}
    assert document["rehearsal"]["tool_mocks"] == {"getWeather": {"temp": 21}}


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("tools", '[\n  {"type": "function"},\n]', "Line 3, column 1"),
        (
            "tools",
            '[\n {"type": "function", "function": {"name": "a b"}}]',
            "Line 2, column 44: Tool 1 needs",
        ),
        ("tools", "{}", "not a list"),
        ("tools", json.dumps([TOOL, TOOL]), "Tool 2 has the same name as tool 1: getWeather"),
        ("tools", "[" * 2_000, "nest"),
        ("parameters", "[1]", "not an object"),
        ("parameters", '{"a": NaN}', "no number in JSON"),
        ("parameters", '{"a": ' + "9" * 5_000 + "}", "too large"),
        ("parameters", '{"a": "\\u0000"}', "NUL"),
        ("parameters", '{"a": "\\ud800"}', "surrogate"),
        ("voice_settings", "{", "Line 1"),
        ("address", "ftp://a.example", "Only http"),
        ("address", "https://a.example/?api-key=abc", "key in its query"),
        ("address", "https://user:pass@a.example", "user name or a key"),
        ("stand_in_address", "nonsense", "begins with http"),
        ("headers", "no colon here", "Line 1: write Name: value"),
        ("headers", "Host: a.example", "Host belongs to the connection"),
        ("headers", "X-A: 1\nx-a: 2", "given twice"),
        ("headers", "Authorization: Bearer sk-live-0123456789", "seems to hold a key"),
        ("other_layers", '{"stt": {\n"api_key": "abc"}}', 'Line 2, column 12: "api_key" holds a key'),
        ("temperature", "warm", "Enter a number"),
        ("temperature", "-1", "out of range"),
        ("temperature", "NaN", "Enter a number"),
        ("persona_name", "   ", "required"),
        ("persona_name", "a\x00b", "Null characters"),
        ("no_interrupt_ms", "-1", "greater than or equal to 0"),
        ("token_secret", "999", "not one of the available choices"),
    ],
)
def test_what_is_wrong_is_refused_next_to_its_field_and_stays_typed(
    field: str, typed: str, words: str, user_client: Client
) -> None:
    persona = stored()
    answer = posted(user_client, persona, **{field: typed})
    assert answer.status_code == 422
    form = answer.context["form"]
    assert list(form.errors) == [field]
    assert words in " ".join(form.errors[field])
    assert form[field].value() == typed
    assert text_of(answer).count(form.errors[field][0]) == 1
    assert PersonaVersion.objects.count() == 1


def test_a_prompt_beyond_its_size_is_a_field_error(user_client: Client) -> None:
    answer = posted(user_client, stored(), system_prompt="x" * 200_001)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["system_prompt"]


def test_an_address_that_is_a_placeholder_is_saved_and_listed(user_client: Client) -> None:
    persona = stored()
    assert posted(user_client, persona, address="open-ai-compatible-llm-http-endpoint").status_code == 302
    assert "still a placeholder" in text_of(user_client.get(edit_url(persona)))


def test_a_secret_without_a_value_is_one_click_away_for_who_may_enter_it(
    user_client: Client, admin_client: Client
) -> None:
    secret = make_secret(value="", hosts=("llm.example.com",))
    persona = stored(token_secret=secret)
    link = reverse("admin:personas_tokensecret_change", args=[secret.pk])
    assert link in text_of(admin_client.get(edit_url(persona)))
    page = text_of(user_client.get(edit_url(persona)))
    assert "has no value yet" in page
    assert link not in page


def test_the_notices_of_the_platforms_are_shown(user_client: Client) -> None:
    filler = FillerConfig.objects.create(name="Hm", filler_phrase="Hm", activation_delay_ms=499)
    persona = stored(parameters={"stream": False, "n": 2}, filler_config=filler)
    page = text_of(user_client.get(edit_url(persona)))
    assert "n, stream in parameters are kept but not sent" in page
    assert "values less than 500 might cause errors" in page
    assert "on a Tavus persona they are rehearsal only" in page


def test_who_saves_over_another_version_is_told(user_client: Client) -> None:
    persona = stored()
    save_persona(persona, by=None)
    answer = posted(user_client, persona, edited_version="1", model="m2")
    page = text_of(user_client.get(answer["Location"]))
    assert "Saved as version 3." in page
    assert "Version 2 was saved while you edited" in page


def test_markup_in_a_persona_is_text(user_client: Client) -> None:
    markup = '"><script>alert(1)</script>'
    persona = stored(persona_name=markup, model=markup, other_keys={"</textarea>": markup})
    for url in (reverse("personas:list"), edit_url(persona), reverse("personas:delete", args=[persona.pk])):
        assert b"<script>alert" not in user_client.get(url).content


def test_no_page_holds_a_secrets_value(user_client: Client) -> None:
    secret = make_secret(value="sk-live-0123456789")
    persona = stored(token_secret=secret)
    for url in (reverse("personas:list"), edit_url(persona)):
        page = user_client.get(url).content
        assert b"sk-live-0123456789" not in page
        assert secret.ciphertext.encode() not in page


def test_a_form_folds_away_what_only_other_platforms_have_and_says_what_it_does(user_client: Client) -> None:
    def names(sections: Any, slug: str) -> tuple[list[str], list[str]]:
        section = next(section for section in sections if section.text.slug == slug)
        return [row.field.name for row in section.own_rows], [row.field.name for row in section.foreign_rows]

    persona = stored()
    page = user_client.get(edit_url(persona))
    own, foreign = names(page.context["sections"], "llm")
    assert (own[:2], foreign) == (["platform", "address"], ["provider", "history_mode", "history_last"])
    assert "On a Tavus persona nothing: base_url is called." in text_of(page)
    answer = user_client.post(edit_url(persona), typed(persona, platform="jaicp", show="refresh"))
    own, foreign = names(answer.context["sections"], "llm")
    assert (own[:3], foreign) == (["platform", "provider", "address"], [])
    assert names(answer.context["sections"], "vision") == ([], ["vision"])
