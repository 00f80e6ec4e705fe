"""Why a persona can't start yet."""

from typing import Any

import pytest
from cryptography.fernet import Fernet
from pytest_django import Settings

from personas.models import Persona
from personas.readiness import ReadinessProblem, readiness_problems
from personas.secret_usage import unused_name_sentences
from tests.personas.making import CANARY, make_persona, make_secret

pytestmark = pytest.mark.django_db

HOST = "llm.example.com"


def ready_persona(**fields: Any) -> Persona:
    """Return a persona that lacks nothing but what ``fields`` change."""
    if "token_secret" not in fields:
        fields["token_secret"] = make_secret(hosts=(HOST,))
    return make_persona(**fields)


def only_reason(persona: Persona) -> ReadinessProblem:
    [problem] = readiness_problems(persona)
    return problem


def test_a_complete_persona_is_ready() -> None:
    assert readiness_problems(ready_persona()) == []


def test_a_persona_without_a_token_secret_is_ready_for_a_server_without_keys() -> None:
    assert readiness_problems(make_persona(address="http://127.0.0.1:11434/v1")) == []


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("", "address_missing"),
        ("  ", "address_missing"),
        ("open-ai-compatible-llm-http-endpoint", "address_placeholder"),
        ("<your-endpoint>", "address_placeholder"),
        ("ftp://llm.example.com/", "address_invalid"),
        ("https://user:pass@llm.example.com/", "address_invalid"),
        ("https://llm.example.com/?api-key=12345678", "address_invalid"),
    ],
)
def test_an_address_that_cannot_be_called_is_a_reason(address: str, code: str) -> None:
    problem = only_reason(ready_persona(address=address))
    assert (problem.code, problem.field) == (code, "address")


@pytest.mark.parametrize(("platform", "name"), [("tavus", "base_url"), ("jaicp", "url")])
def test_an_address_is_called_as_its_platform_calls_it(platform: str, name: str) -> None:
    assert f"No {name} " in only_reason(ready_persona(address="", platform=platform)).message


@pytest.mark.parametrize(
    ("model", "code"), [("", "model_missing"), ("custom_model_here", "model_placeholder")]
)
def test_a_model_that_is_not_filled_in_is_a_reason(model: str, code: str) -> None:
    problem = only_reason(ready_persona(model=model))
    assert (problem.code, problem.field) == (code, "model")


def test_a_secret_without_a_value_is_a_reason() -> None:
    problem = only_reason(ready_persona(token_secret=make_secret(value="", hosts=(HOST,))))
    assert (problem.code, problem.field) == ("secret_value_missing", "token_secret")


def test_a_secret_that_cannot_be_decrypted_is_a_reason(settings: Settings) -> None:
    persona = ready_persona()
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    assert only_reason(persona).code == "secret_unreadable"


@pytest.mark.parametrize(
    "address",
    [
        "https://llm.example.com.evil.com/v1",
        "https://llm.example.com:8443/v1",
        "http://llm.example.com/v1",
        "https://example.com/v1",
        "/demo/v1",
    ],
)
def test_a_secret_that_may_not_go_to_the_address_is_a_reason_that_names_the_host(address: str) -> None:
    problem = only_reason(ready_persona(address=address))
    assert (problem.code, problem.field) == ("secret_not_allowed", "token_secret")
    host = "(/)" if address == "/demo/v1" else address.removeprefix("https://").removesuffix("/v1")
    assert f"{host}:" in problem.message


def test_a_secret_with_no_hosts_may_go_nowhere() -> None:
    assert only_reason(ready_persona(token_secret=make_secret())).code == "secret_not_allowed"


def test_the_name_of_another_secret_in_a_header_is_a_word_with_a_notice() -> None:
    make_secret("OTHER_TOKEN")
    persona = ready_persona(headers=[["Authorization", "Bearer OTHER_TOKEN"]])
    assert readiness_problems(persona) == []
    (sentence,) = unused_name_sentences(persona)
    assert sentence.startswith("OTHER_TOKEN in a header is sent as it stands")


def test_a_name_that_the_persona_uses_has_no_notice() -> None:
    make_secret("OTHER_TOKEN")
    headers = [["Authorization", "Bearer MY_TOKEN"], ["X-Key", "{{secret:OTHER_TOKEN}}"]]
    assert unused_name_sentences(ready_persona(headers=headers)) == []


def test_an_explicit_name_that_nobody_has_is_a_reason() -> None:
    problem = only_reason(ready_persona(headers=[["Authorization", "Bearer {{secret:GONE}}"]]))
    assert (problem.code, problem.field) == ("secret_missing", "headers")
    assert "GONE" in problem.message


@pytest.mark.parametrize(
    ("value", "hosts", "code"),
    [("", ("llm.example.com",), "secret_value_missing"), (CANARY, (), "secret_not_allowed")],
)
def test_an_explicit_name_that_cannot_be_used_is_a_reason(
    value: str, hosts: tuple[str, ...], code: str
) -> None:
    make_secret("OTHER_TOKEN", value=value, hosts=hosts)
    problem = only_reason(ready_persona(headers=[["X-Key", "{{secret:OTHER_TOKEN}}"]]))
    assert (problem.code, problem.field) == (code, "headers")


@pytest.mark.parametrize(
    "value", ["Bearer MY_TOKEN", "Bearer {{secret:MY_TOKEN}}", "Bearer OTHER_TOKEN_2", "plain"]
)
def test_the_own_name_and_longer_words_are_none(value: str) -> None:
    make_secret("OTHER_TOKEN")
    assert readiness_problems(ready_persona(headers=[["Authorization", value]])) == []


def test_caila_needs_no_url_but_a_secret_for_its_host() -> None:
    persona = ready_persona(platform="jaicp", provider="CAILA_OPEN_AI", address="")
    problem = only_reason(persona)
    assert problem.code == "secret_not_allowed"
    assert "caila.io" in problem.message
    persona.token_secret = make_secret("CAILA", hosts=("caila.io",))
    assert readiness_problems(persona) == []


def test_cailas_host_is_the_one_that_the_settings_name(settings: Settings) -> None:
    settings.CAILA_BASE_URL = "https://caila.example.com/adapters/openai"
    secret = make_secret(hosts=("caila.example.com",))
    persona = ready_persona(platform="jaicp", provider="CAILA_OPEN_AI", address="", token_secret=secret)
    assert readiness_problems(persona) == []
    secret.allowed_hosts = ["caila.io"]
    assert only_reason(persona).code == "secret_not_allowed"


def test_all_reasons_come_at_once_and_none_holds_the_value() -> None:
    persona = make_persona(address="", model="", token_secret=make_secret(hosts=(HOST,)))
    persona.headers = [["Authorization", "{{secret:GONE}}"]]
    problems = readiness_problems(persona)
    assert [problem.field for problem in problems] == ["address", "model", "headers"]
    assert CANARY not in str(problems)
