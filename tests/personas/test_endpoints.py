"""A persona for a user's own endpoint: address in the platform's form, key bound to its host, nothing created twice."""

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from personas.endpoints import make_endpoint_persona
from personas.models import Persona, TokenSecret
from personas.saving import save_persona
from personas.secrets import decrypt
from personas.tidying import keep

KEY = "sk-live-0123456789"


def test_for_tavus_the_base_url_stands_as_given(admin_user: User) -> None:
    made = make_endpoint_persona("http://127.0.0.1:11434/v1/", KEY, "llama3", "tavus", admin_user)
    secret = TokenSecret.objects.get()
    assert made.persona.address == "http://127.0.0.1:11434/v1/"
    assert made.persona.persona_name == "llama3 at 127.0.0.1:11434"
    assert made.persona.token_secret == secret
    assert secret.allowed_hosts == ["http://127.0.0.1:11434"]
    assert decrypt(secret).reveal() == KEY
    assert made.problems == ()


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("https://a.example/v1", "https://a.example/v1/chat/completions"),
        ("https://a.example/v1/", "https://a.example/v1/chat/completions"),
        ("https://a.example/v1/chat/completions", "https://a.example/v1/chat/completions"),
        ("https://a.example/v1?api-version=1", "https://a.example/v1/chat/completions?api-version=1"),
        ("/demo/v1", "/demo/v1/chat/completions"),
    ],
)
def test_for_jaicp_the_url_is_whole(base_url: str, url: str, admin_user: User) -> None:
    made = make_endpoint_persona(base_url, KEY, "m", "jaicp", admin_user)
    name = TokenSecret.objects.get().name
    assert made.persona.address == url
    assert made.persona.headers == [["Authorization", f"Bearer {name}"]]


def test_a_second_try_makes_nothing_twice(admin_user: User) -> None:
    first, second = (
        make_endpoint_persona("https://a.example/v1", KEY, "m", "tavus", admin_user) for _ in range(2)
    )
    other = make_endpoint_persona("https://a.example/v1", KEY, "other", "tavus", admin_user)
    assert first.persona == second.persona
    assert first.version == second.version
    assert other.persona.token_secret == first.persona.token_secret
    assert (Persona.objects.count(), TokenSecret.objects.count()) == (2, 1)


def test_no_key_makes_no_secret_and_needs_no_right(user: User) -> None:
    made = make_endpoint_persona("http://127.0.0.1:8080/v1", "  ", "m", "tavus", user)
    assert made.persona.token_secret is None
    assert made.problems == ()


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        (("nonsense", KEY, "m"), "base_url", "begins with http"),
        (("", KEY, "m"), "base_url", "empty"),
        (("https://a.example/?api_key=1", KEY, "m"), "base_url", "key in its query"),
        (("https://a.example/v1", "пароль-пароль", "m"), "key", "ASCII"),
        (("https://a.example/v1", KEY, " "), "model", "model's name"),
    ],
)
def test_what_is_wrong_is_told_by_its_field_and_nothing_is_made(
    values: tuple[str, str, str], field: str, words: str, admin_user: User
) -> None:
    with pytest.raises(ValidationError) as refused:
        make_endpoint_persona(*values, "tavus", admin_user)
    assert list(refused.value.message_dict) == [field]
    assert words in refused.value.message_dict[field][0]
    assert not TokenSecret.objects.exists()
    assert not Persona.objects.exists()


def test_a_key_needs_the_right_to_add_secrets(user: User) -> None:
    with pytest.raises(ValidationError, match="may not add token secrets"):
        make_endpoint_persona("https://a.example/v1", KEY, "m", "tavus", user)
    assert not TokenSecret.objects.exists()


def test_another_key_is_the_next_version_of_ones_own_trial(admin_user: User, user: User) -> None:
    first, other = (
        make_endpoint_persona("https://a.example/v1", key, "m", "tavus", admin_user)
        for key in (KEY, f"{KEY}-other")
    )
    assert other.persona == first.persona
    assert (other.version.number, other.version.document["llm"]["token_secret"]) == (2, "A_EXAMPLE_KEY_2")
    theirs = make_endpoint_persona("https://a.example/v1", "", "m", "tavus", user)
    assert theirs.persona != first.persona


def test_what_was_changed_in_a_trial_stays_when_it_is_tried_again(admin_user: User) -> None:
    trial = make_endpoint_persona("https://a.example/v1", KEY, "m", "jaicp", admin_user).persona
    trial.system_prompt = "Be brief."
    save_persona(trial, by=admin_user)
    again = make_endpoint_persona("https://a.example/v1", f"{KEY}-other", "m", "jaicp", admin_user).persona
    assert (again.pk, again.system_prompt) == (trial.pk, "Be brief.")
    assert again.headers == [["Authorization", f"Bearer {again.token_secret}"]]


def test_a_kept_trial_is_an_ordinary_persona_that_another_try_leaves_alone(admin_user: User) -> None:
    trial = make_endpoint_persona("https://a.example/v1", KEY, "m", "tavus", admin_user).persona
    assert trial.is_trial
    keep(trial)
    other = make_endpoint_persona("https://a.example/v1", f"{KEY}-other", "m", "tavus", admin_user).persona
    assert other.pk != trial.pk
