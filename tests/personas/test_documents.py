"""A persona's document, from the rows and back."""

import copy
from typing import Any

import pytest

from personas.documents import apply_document, document_of
from personas.models import FillerConfig, Persona, TokenSecret
from personas.saving import save_persona
from playground.engine.persona_document import read_persona
from tests.personas.making import CANARY, COLUMNS, make_persona, make_secret

pytestmark = pytest.mark.django_db


def full_persona() -> Persona:
    return make_persona(
        system_prompt="You are a storyteller.",
        context="Your favourite is The Ugly Duckling.",
        default_replica_id="r123",
        platform="jaicp",
        address="https://llm.example.com/v1/chat/completions",
        token_secret=make_secret("LLM_KEY"),
        headers=[["Authorization", "Api-Key LLM_KEY"], ["X-Folder", "f1"]],
        temperature=0.6,
        parameters={"stop": ["joke", "###"]},
        tools=[{"type": "function", "function": {"name": "getWeather"}}],
        event_name="myEvent",
        history_mode="session",
        history_last=4,
        barge_in={"bargeIn": "phrase", "noInterruptTime": 300},
        filler_config=FillerConfig.objects.create(
            name="Fillers", filler_phrase="Hm", filler_phrases_list=["Well"], activation_delay_ms=1_000
        ),
        tts={"tts_engine": "playht", "external_voice_id": "v1", "playht_user_id": "u1"},
        tts_token_secret=make_secret("TTS_KEY"),
        vqa={"enabled": False},
        other_layers={"stt": {"stt_engine": "tavus-auto"}},
        other_keys={"pipeline_mode": "full"},
        interrupt_history="marked",
        tool_mocks={"getWeather": {"output": "sunny"}},
        tool_endpoint="https://tools.example.com/",
        tool_endpoint_secret=make_secret("TOOL_KEY"),
        max_tool_rounds=3,
        max_answer_s=20,
        stand_in_address="/demo/v1",
        stand_in_model="demo",
        stand_in_secret=make_secret("DEMO_KEY"),
        stream_options={"include_usage": True},
    )


def test_secrets_stand_by_name_and_the_filler_in_full() -> None:
    document = document_of(full_persona())
    assert document["llm"]["token_secret"] == "LLM_KEY"
    assert document["tts"]["token_secret"] == "TTS_KEY"
    assert document["rehearsal"]["tool_endpoint_secret"] == "TOOL_KEY"
    assert document["rehearsal"]["stand_in_secret"] == "DEMO_KEY"
    assert document["filler"] == {
        "name": "Fillers",
        "fillerPhrase": "Hm",
        "fillerPhrasesList": ["Well"],
        "activationDelayMs": 1_000,
    }


def test_a_document_holds_no_value_of_a_secret() -> None:
    version = save_persona(full_persona(), by=None)
    version.refresh_from_db()
    assert CANARY not in str(version.document)
    assert not any(secret.ciphertext in str(version.document) for secret in TokenSecret.objects.all())


def test_what_is_absent_stays_absent() -> None:
    document = document_of(make_persona())
    assert (document["filler"], document["tts"], document["vqa"]) == (None, None, None)
    assert document["llm"]["token_secret"] == ""


def test_the_turn_engine_reads_it() -> None:
    persona = full_persona()
    settings = read_persona(persona.pk, document_of(persona))
    assert settings.llm.platform == "jaicp"
    assert settings.llm.headers == (("Authorization", "Api-Key LLM_KEY"), ("X-Folder", "f1"))
    assert settings.filler is not None
    assert settings.filler.phrases == ("Hm", "Well")
    assert (settings.max_tool_rounds, settings.max_answer_s) == (3, 20)


def test_every_field_of_a_persona_goes_there_and_back() -> None:
    document = document_of(full_persona())
    again = Persona()
    apply_document(again, document)
    assert document_of(again) == document
    assert FillerConfig.objects.count() == 1
    assert TokenSecret.objects.count() == 4


def test_every_field_of_the_row_is_in_the_document() -> None:
    persona = full_persona()
    before = document_of(persona)
    for field in COLUMNS.values():
        changed = copy.copy(persona)
        setattr(changed, field.name, None)
        assert document_of(changed) != before, field.name


def test_a_short_document_gets_the_defaults() -> None:
    persona = Persona(temperature=0.9, stand_in_model="demo")
    apply_document(persona, {"persona_name": "Mert", "llm": {"platform": "tavus"}})
    assert document_of(persona) == document_of(Persona(persona_name="Mert"))


def test_a_secret_that_does_not_exist_is_kept_by_its_name_and_not_made() -> None:
    persona = Persona()
    apply_document(persona, document("NEW_KEY"))
    assert (persona.token_secret, persona.missing_secrets) == (None, {"token_secret": "NEW_KEY"})
    assert document_of(persona)["llm"]["token_secret"] == "NEW_KEY"
    assert not TokenSecret.objects.exists()


def test_a_later_document_forgets_what_was_missing() -> None:
    persona = Persona()
    apply_document(persona, document("NEW_KEY"))
    apply_document(persona, document(""))
    assert persona.missing_secrets == {}


def test_a_secret_is_found_whatever_the_case_of_its_name() -> None:
    secret = make_secret("MY_TOKEN")
    persona = Persona()
    apply_document(persona, document("my_token"))
    assert persona.token_secret == secret


def test_a_filler_config_that_says_the_same_is_taken_as_it_stands() -> None:
    config = FillerConfig.objects.create(
        name="Fillers", filler_phrases_list=["Well"], activation_delay_ms=1_000
    )
    persona = Persona()
    apply_document(persona, document(filler={"fillerPhrasesList": ["Well"], "activationDelayMs": 1_000}))
    assert persona.filler_config == config


def test_a_filler_config_that_says_something_else_gets_a_name_of_its_own() -> None:
    FillerConfig.objects.create(name="Fillers", filler_phrases_list=["Well"])
    persona = Persona()
    apply_document(persona, document(filler={"name": "fillers", "fillerPhrase": "Hm"}))
    assert persona.filler_config is not None
    assert persona.filler_config.name == "fillers 2"
    assert persona.filler_config.activation_delay_ms == 2_000


def document(secret: str = "", *, filler: dict[str, Any] | None = None) -> dict[str, Any]:
    llm = {"platform": "tavus", "token_secret": secret}
    return {"persona_name": "Mert", "llm": llm, "filler": filler}
