"""Storing a draft: secrets with and without the right to make them, names, versions, reasons."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User

from personas.documents import document_of
from personas.formats import FormatError, read_document
from personas.formats.conversion import written
from personas.importing import ImportRefusedError, import_draft
from personas.models import FillerConfig, Persona, PersonaVersion, TokenSecret
from personas.readiness import ReadinessCode, readiness_problems
from personas.saving import save_secret
from personas.secrets import SecretState, decrypt, set_value, state_of
from tests.personas import examples
from tests.personas.making import make_secret

KEY = "sk-live-0123456789"


def with_key(**llm: Any) -> str:
    settings = {"model": "m", "base_url": "https://a.example/v1", "api_key": KEY} | llm
    return json.dumps({"persona_name": "Ann", "system_prompt": "Be Ann.", "layers": {"llm": settings}})


def test_the_storyteller_is_stored_and_says_what_is_missing(admin_user: User) -> None:
    imported = import_draft(read_document(examples.STORYTELLER), by=admin_user)
    persona = Persona.objects.get()
    assert imported.persona == persona
    assert persona.persona_name == "Mert the Storyteller"
    assert [problem.code for problem in imported.problems] == [
        ReadinessCode.ADDRESS_PLACEHOLDER,
        ReadinessCode.MODEL_PLACEHOLDER,
        ReadinessCode.SECRET_VALUE_MISSING,
    ]
    assert imported.notes == ("layers.llm.tools[0]: <your-tools-here> is a placeholder; it was left out.",)
    assert {secret.name: secret.allowed_hosts for secret in TokenSecret.objects.all()} == {
        "MERT_THE_STORYTELLER_LLM_KEY": [],
        "MERT_THE_STORYTELLER_TTS_KEY": [],
    }
    version = PersonaVersion.objects.get()
    assert (imported.version, version.number, version.created_by) == (version, 1, admin_user)
    assert version.document == document_of(persona)


def test_the_example_can_be_imported_by_someone_who_may_not_make_secrets(user: User) -> None:
    imported = import_draft(read_document(examples.STORYTELLER), by=user)
    assert imported.persona.token_secret is None
    assert not TokenSecret.objects.exists()
    assert (
        "The secret MERT_THE_STORYTELLER_LLM_KEY was not made: you may not add token secrets."
        in imported.notes
    )


def test_importing_twice_shares_the_secret_that_waits_for_its_value(admin_user: User) -> None:
    first, second = (import_draft(read_document(examples.STORYTELLER), by=admin_user) for _ in range(2))
    assert first.persona != second.persona
    assert first.persona.token_secret == second.persona.token_secret


def test_a_secret_that_waits_for_its_value_is_shared_only_with_the_same_hosts(admin_user: User) -> None:
    waiting = TokenSecret.objects.create(name="A_EXAMPLE_KEY", allowed_hosts=["elsewhere.example"])
    imported = import_draft(read_document(with_key(api_key="example-api-key")), by=admin_user)
    assert imported.persona.token_secret != waiting
    assert TokenSecret.objects.get(name="A_EXAMPLE_KEY_2").allowed_hosts == ["a.example"]


def test_the_jaicp_reply_brings_its_filler_and_a_named_secret_with_its_host(admin_user: User) -> None:
    imported = import_draft(read_document(examples.YANDEX_GPT), by=admin_user)
    config = FillerConfig.objects.get()
    assert (config.filler_phrases_list, config.activation_delay_ms) == (
        ["Great question!", "Just a moment"],
        1_000,
    )
    assert imported.persona.filler_config == config
    secret = TokenSecret.objects.get()
    assert (secret.name, secret.allowed_hosts) == ("MY_TOKEN", ["llm.api.cloud.yandex.net"])
    assert state_of(secret) is SecretState.MISSING
    assert imported.notes == (
        examples.MAX_TOKENS_OF_YANDEX,
        "The secret MY_TOKEN was made without a value: enter it under Token secrets.",
    )


def test_a_named_secret_that_exists_is_used_as_it_is(admin_user: User) -> None:
    stored = TokenSecret.objects.create(name="My_Token", allowed_hosts=["elsewhere.example"])
    imported = import_draft(read_document(examples.YANDEX_GPT), by=admin_user)
    stored.refresh_from_db()
    assert imported.persona.token_secret == stored
    assert stored.allowed_hosts == ["elsewhere.example"]
    assert imported.persona.headers == [["Authorization", "Api-Key My_Token"]]


def test_without_the_right_a_named_secret_is_not_made_and_named_as_missing(user: User) -> None:
    imported = import_draft(read_document(examples.YANDEX_GPT), by=user)
    assert not TokenSecret.objects.exists()
    assert imported.persona.missing_secrets == {"token_secret": "MY_TOKEN"}
    assert [problem.code for problem in imported.problems] == ["secret_missing"]
    assert "someone who manages token secrets" in " ".join(imported.notes)


def test_a_secret_that_is_made_later_is_the_one_that_was_missing(user: User) -> None:
    imported = import_draft(read_document(examples.YANDEX_GPT), by=user)
    versions = imported.persona.versions.count()
    save_secret(make_secret("MY_TOKEN", hosts=("llm.api.cloud.yandex.net",)), by=None)
    persona = Persona.objects.get()
    assert persona.token_secret == TokenSecret.objects.get()
    assert persona.missing_secrets == {}
    assert persona.versions.count() == versions
    assert readiness_problems(persona) == []


NAMES = " ".join(f"{{{{secret:K{n}}}}}" for n in range(33))


@pytest.mark.parametrize("may_add", [True, False])
@pytest.mark.parametrize(
    "layers",
    [
        {"other": {f"x{n}_api_key": f"sk-live-{n:010}" for n in range(4_800)}},
        {"llm": {"headers": {"X": NAMES}}},
    ],
    ids=["keys", "names"],
)
def test_a_document_makes_a_few_secrets_at_the_most(
    layers: dict[str, Any], may_add: bool, user: User, admin_user: User
) -> None:
    text = json.dumps({"persona_name": "A", "system_prompt": "", "layers": layers})
    with pytest.raises(FormatError, match="32 keys and token secrets"):
        import_draft(read_document(text), by=admin_user if may_add else user)
    assert not TokenSecret.objects.exists()


def test_a_key_becomes_a_secret_bound_to_its_host(admin_user: User) -> None:
    imported = import_draft(read_document(with_key()), by=admin_user)
    secret = TokenSecret.objects.get()
    assert decrypt(secret).reveal() == KEY
    assert secret.allowed_hosts == ["a.example"]
    assert imported.problems == ()
    assert KEY not in json.dumps(imported.version.document)


def test_a_key_is_refused_from_someone_who_may_not_make_secrets(user: User) -> None:
    with pytest.raises(ImportRefusedError) as refused:
        import_draft(read_document(with_key()), by=user)
    assert "may not add token secrets" in refused.value.message
    assert KEY not in refused.value.message
    assert not Persona.objects.exists()
    assert not TokenSecret.objects.exists()


def test_the_same_key_for_the_same_host_is_the_same_secret(admin_user: User) -> None:
    import_draft(read_document(with_key()), by=admin_user)
    import_draft(read_document(with_key(model="other")), by=admin_user)
    assert TokenSecret.objects.count() == 1
    import_draft(read_document(with_key(base_url="https://b.example/v1")), by=admin_user)
    import_draft(read_document(with_key(api_key=KEY + "x")), by=admin_user)
    assert sorted(TokenSecret.objects.values_list("name", flat=True)) == [
        "A_EXAMPLE_KEY",
        "A_EXAMPLE_KEY_2",
        "B_EXAMPLE_KEY",
    ]


def test_a_secret_that_had_to_be_renamed_is_renamed_in_the_headers_too(admin_user: User) -> None:
    set_value(TokenSecret.objects.create(name="A_EXAMPLE_KEY"), "another-value", by=None)
    text = with_key(api_key="", headers={"Authorization": f"Api-Key {KEY}"})
    imported = import_draft(read_document(text), by=admin_user)
    assert imported.persona.headers == [["Authorization", "Api-Key A_EXAMPLE_KEY_2"]]
    assert imported.persona.token_secret == TokenSecret.objects.get(name="A_EXAMPLE_KEY_2")


def test_a_secret_that_had_to_be_renamed_is_renamed_in_what_is_only_kept(admin_user: User) -> None:
    set_value(TokenSecret.objects.create(name="ANN_OTHER_KEY"), "another-value", by=None)
    text = {"persona_name": "Ann", "layers": {"stt": {"api_key": KEY}}}
    imported = import_draft(read_document(json.dumps(text)), by=admin_user)
    assert imported.persona.other_layers == {"stt": {"api_key": "{{secret:ANN_OTHER_KEY_2}}"}}


@pytest.mark.parametrize("key", ["ollama", "EMPTY", "none", "a"])
def test_a_short_key_is_a_key_and_its_limit_is_named(key: str, admin_user: User) -> None:
    imported = import_draft(read_document(with_key(api_key=key)), by=admin_user)
    secret = TokenSecret.objects.get()
    assert decrypt(secret).reveal() == key
    assert (imported.persona.token_secret, imported.problems) == (secret, ())
    assert [note for note in imported.notes if "can't be kept out of text" in note] == [
        "The value of A_EXAMPLE_KEY is shorter than 8 characters: it is stored and sent, but it can't be kept out of "
        "text. It is masked as a whole word only."
    ]


def test_the_limit_of_a_short_key_is_named_each_time(admin_user: User) -> None:
    first, second = (import_draft(read_document(with_key(api_key="ollama")), by=admin_user) for _ in range(2))
    assert first.notes == second.notes
    assert "can't be kept out of text" in second.notes[0]
    assert TokenSecret.objects.count() == 1


def test_a_key_that_no_secret_can_hold_leaves_nothing_behind(admin_user: User) -> None:
    text = json.loads(with_key(api_key="sk-live\r\nX-Evil: 1"))
    text["layers"]["tts"] = {"api_key": "another-key-that-is-fine"}
    with pytest.raises(ImportRefusedError, match="nothing was saved") as refused:
        import_draft(read_document(json.dumps(text)), by=admin_user)
    assert "X-Evil" not in refused.value.message
    assert not TokenSecret.objects.exists()
    assert not Persona.objects.exists()


@pytest.mark.parametrize("text", [examples.WEATHER_ASSISTANT, examples.CAILA, examples.YANDEX_GPT])
def test_what_is_stored_goes_out_and_comes_in_the_same(text: str, admin_user: User) -> None:
    first = import_draft(read_document(text), by=admin_user)
    text = written(first.version.document, first.persona.platform)
    second = import_draft(read_document(text), by=admin_user)
    first_document, second_document = (document_of(imported.persona) for imported in (first, second))
    assert first_document.pop("filler") == second_document.pop("filler")
    assert first_document == second_document


def test_literal_messages_are_handed_on(admin_user: User) -> None:
    text = f'$response.replies.push({{type: "llmRequest", messages: {examples.PROMPT_AND_MESSAGES}}})'
    imported = import_draft(read_document(text), by=admin_user)
    assert [message["role"] for message in imported.initial_messages] == ["user", "assistant", "user"]
