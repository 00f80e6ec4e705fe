"""What the editor's two faces refuse, by the same rules and in the same words."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from personas.documents import document_of
from personas.forms.fields import PROBLEMS_SHOWN
from personas.models import FillerConfig, Persona, PersonaVersion, TokenSecret
from tests.personas.editor import as_text, typed
from tests.personas.making import CANARY
from tests.personas.persona_pages import TOOL, edit_url, stored
from tests.personas.persona_pages import text_of as html_of

# What is refused


@pytest.mark.parametrize(
    ("field", "in_form", "in_document"),
    [
        (
            "tools",
            [{"type": "function", "function": {"name": "a b"}}],
            '{"layers": {"llm": {"tools": [{"type": "function", "function": {"name": "a b"}}]}}}',
        ),
        ("tools", [TOOL, TOOL], json.dumps({"layers": {"llm": {"tools": [TOOL, TOOL]}}})),
        (
            "tools",
            [{"type": "function", "function": {"name": "a", "parameters": {"type": "strin"}}}],
            '{"layers": {"llm": {"tools": [{"type": "function", "function": {"name": "a", "parameters": '
            '{"type": "strin"}}}]}}}',
        ),
    ],
)
def test_what_one_face_refuses_the_other_refuses_in_the_same_words(
    field: str, in_form: Any, in_document: str, user_client: Client
) -> None:
    persona = stored()
    form = user_client.post(edit_url(persona), typed(persona, **{field: json.dumps(in_form)})).context["form"]
    sentence = form.errors[field][0].split(": ", 1)[1]
    answer = user_client.post(edit_url(persona), as_text(persona, in_document))
    assert answer.status_code == 422
    assert answer.context["text_refused"].messages[0].split(": ", 1)[1] == sentence


def test_of_many_keys_in_a_field_the_first_are_named_and_the_others_counted(user_client: Client) -> None:
    persona = stored()
    keys = {f"{number}_token": "x" for number in range(PROBLEMS_SHOWN + 10)}
    form = user_client.post(edit_url(persona), typed(persona, other_keys=json.dumps(keys))).context["form"]
    first, *_, last = form.errors["other_keys"]
    assert len(form.errors["other_keys"]) == PROBLEMS_SHOWN + 1
    assert first == 'Line 1, column 13: "0_token" holds a key: write {{secret:NAME}} instead.'
    assert last == "10 more problems are not listed."


def test_a_list_of_mocks_with_one_that_is_none_is_refused_and_any_other_list_is_a_result(
    user_client: Client,
) -> None:
    persona = stored()
    mocks = {
        "calendar": [{"when": "Monday", "result": 1}, 2],
        "look": [{"when": {"city": "Riga"}, "result": 1}, {"reslt": 2}],
    }
    data = typed(persona, tool_mocks=json.dumps(mocks))
    (refusal,) = user_client.post(edit_url(persona), data).context["form"].errors["tool_mocks"]
    assert 'Mock 2 of look is not of the form {"when": {…}, "result": …}.' in refusal


def test_a_function_s_schema_is_faulted_at_its_place_while_typing(user_client: Client) -> None:
    persona = stored()
    tools = [{"type": "function", "function": {"name": "a", "parameters": {"required": "b"}}}]
    data = typed(persona, tools=json.dumps(tools), persona=persona.pk)
    page = html_of(user_client.post(reverse("personas:preview"), data))
    assert 'no valid JSON Schema at required: "b" is not of type "array".' in page


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "a.example"},
        {"X A": "1"},
        {"X-A": "1", "x-a": "2"},
        {"Cookie": "a=b"},
        {"Proxy-Authorization": "x"},
        {f"X-{number}": "1" for number in range(33)},
        {"X-A": "café"},
    ],
)
def test_headers_are_refused_alike(headers: dict[str, str], user_client: Client) -> None:
    persona = stored()
    lines = "\n".join(f"{name}: {value}" for name, value in headers.items())
    form = user_client.post(edit_url(persona), typed(persona, headers=lines)).context["form"]
    document = json.dumps({"layers": {"llm": {"headers": headers}}}, ensure_ascii=False)
    answer = user_client.post(edit_url(persona), as_text(persona, document))
    assert form.errors["headers"][0] in answer.context["text_refused"].messages[0]


def test_a_header_without_a_name_or_with_a_line_break_is_refused(user_client: Client) -> None:
    persona = stored()
    form = user_client.post(edit_url(persona), typed(persona, headers=": value")).context["form"]
    assert "header's name" in form.errors["headers"][0]
    document = '{"layers": {"llm": {"headers": {"X-A": "1\\r\\nX-B: 2"}}}}'
    answer = user_client.post(edit_url(persona), as_text(persona, document))
    assert "line break" in answer.context["text_refused"].messages[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{\n  "persona_name": }', "Line 2"),
        ("", "Line 1, column 1"),
        ('{"other": ' + "[" * 2_000, "nest"),
        ('{"other": ' + "9" * 5_000 + "}", "too large"),
        ('{"other": 1e999}', "too large"),
        ('{"persona_name": "a\\u0000"}', "NUL"),
        ('{"persona_name": "\\ud800"}', "surrogate"),
        ('{"system_prompt": "' + "x" * 400_000 + '"}', "too long"),
        ('{"layers": {"llm": {"tools": {}}}}', "Tools are a list"),
        ('{"layers": {"llm": {"tools": [{}]}}}', "Tool 1 is not of the form"),
        ('{"layers": {"llm": {"base_url": "ftp://a.example"}}}', "Only http"),
        ('{"layers": {"llm": {"base_url": "https://a.example/?api-key=x"}}}', "key in its query"),
        ('{"type": "llmRequest", "fillersPhraseConfig": {"fillerPhrase": ""}}', "at least one phrase"),
        (
            '{"type": "llmRequest", "fillersPhraseConfig": {"fillerPhrase": "a", "activationDelayMs": "2000"}}',
            "whole number",
        ),
        (
            '{"type": "llmRequest", "fillersPhraseConfig": {"fillerPhrase": "a", "activationDelayMs": -1}}',
            "whole number",
        ),
    ],
)
def test_a_document_that_is_wrong_is_refused_at_its_place_and_stays_typed(
    text: str, words: str, user_client: Client
) -> None:
    persona = stored()
    answer = user_client.post(edit_url(persona), as_text(persona, text, note="Why", max_tool_rounds="7"))
    assert answer.status_code == 422
    refused = answer.context["text_refused"]
    assert words in refused.messages[0]
    assert answer.context["text"] == text
    assert answer.context["form"]["max_tool_rounds"].value() == "7"
    assert 'value="Why"' in html_of(answer)
    assert PersonaVersion.objects.count() == 1


def test_what_is_wrong_with_a_typed_text_is_told_at_its_place_and_nothing_is_stored(
    user_client: Client,
) -> None:
    url = reverse("personas:check-text")
    wrong = user_client.post(url, {"text": '{\n  "persona_name": ]\n}'}).json()["problems"]
    assert [(problem["line"], problem["column"]) for problem in wrong] == [(2, 19)]
    assert wrong[0]["message"].startswith("Line 2, column 19: ")
    readable = '{"persona_name": "Ann", "layers": {"llm": {"api_key": "sk-live-0123456789", "base_url": "https://a.b/v1"}}}'
    assert user_client.post(url, {"text": readable}).json() == {"problems": []}
    too_long = user_client.post(url, {"text": "x" * 400_001}).json()["problems"]
    assert too_long[0]["line"] == 0
    assert (Persona.objects.count(), TokenSecret.objects.count()) == (0, 0)


def test_the_place_of_an_error_is_on_the_page_for_the_caret(user_client: Client) -> None:
    persona = stored()
    page = html_of(user_client.post(edit_url(persona), as_text(persona, '{\n  "persona_name": ]}')))
    assert 'data-line="2" data-column="19"' in page


def test_a_key_in_the_document_becomes_a_secret_for_who_may_make_one(
    admin_client: Client, user_client: Client
) -> None:
    persona = stored()
    text = json.dumps(
        {"persona_name": "A", "layers": {"llm": {"base_url": "https://a.example", "api_key": CANARY}}}
    )
    refused = user_client.post(edit_url(persona), as_text(persona, text))
    assert "may not add token secrets" in refused.context["text_refused"].messages[0]
    assert not TokenSecret.objects.exists()
    assert admin_client.post(edit_url(persona), as_text(persona, text)).status_code == 302
    secret = TokenSecret.objects.get()
    assert secret.allowed_hosts == ["a.example"]
    assert Persona.objects.get().token_secret == secret
    assert CANARY not in json.dumps(document_of(Persona.objects.get()))


def test_a_secret_that_is_not_stored_can_be_saved_but_not_shown_in_the_form(user_client: Client) -> None:
    persona = stored()
    text = '{"persona_name": "A", "layers": {"llm": {"api_key": "{{secret:NEW_KEY}}"}}}'
    answer = user_client.post(edit_url(persona), as_text(persona, text, show="form"))
    assert "NEW_KEY isn't stored yet" in answer.context["text_refused"].messages[0]
    assert answer.context["text"] == text
    user_client.post(edit_url(persona), as_text(persona, text))
    persona.refresh_from_db()
    assert persona.missing_secrets == {"token_secret": "NEW_KEY"}
    assert not TokenSecret.objects.exists()
    shown = user_client.post(edit_url(persona), as_text(persona, text, show="form"))
    assert "text_refused" not in shown.context or shown.context["text_refused"] is None


def test_a_refused_document_stores_nothing_beside_it(user_client: Client) -> None:
    """The secret and the filler config of a document are made in the transaction that saves it."""
    persona = stored()
    text = (
        '{"type": "llmRequest", "tokenSecret": "NEW_KEY", "headers": {"Authorization": "Bearer NEW_KEY"}, '
        '"fillersPhraseConfig": {"fillerPhrase": "Hm"}, "model": "m"}'
    )
    data = as_text(persona, text, note="x" * 201)
    assert user_client.post(edit_url(persona), data).status_code == 422
    assert not TokenSecret.objects.exists()
    assert not FillerConfig.objects.exists()


def test_hidden_values_obey_the_rules_too(user_client: Client) -> None:
    persona = stored()
    for unshown in ('{"tts": 1}', '{"tools": {}}', '{"tts": {"api_key": "sk-live-0123456789"}}', "[]"):
        answer = user_client.post(edit_url(persona), typed(persona, unshown=unshown))
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == ["unshown"]
