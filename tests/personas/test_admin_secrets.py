"""Token secrets in the admin: made, replaced, cleared, renamed and deleted there, by who may."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import Permission, User
from django.db import IntegrityError
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from personas.models import Persona, TokenSecret
from personas.saving import save_persona
from personas.secret_usage import MOST_ASKED_FOR
from personas.secrets import decrypt, mark_used, set_value
from tests.personas.making import CANARY, make_persona, make_secret
from tests.personas.secret_pages import ADD, LIST, errors_of, html_of, page_of, typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_with(user: User) -> Callable[..., Client]:
    """A client of a user who may do just this with token secrets."""

    def sign_in(*actions: str) -> Client:
        user.is_staff = True
        user.save()
        user.groups.clear()
        names = [f"{action}_tokensecret" for action in actions]
        user.user_permissions.set(Permission.objects.filter(codename__in=names))
        client = Client()
        client.force_login(user)
        return client

    return sign_in


def test_a_secret_is_made_with_its_hosts_normalised(admin_client: Client, admin_user: User) -> None:
    hosts = "API.OpenAI.com.\n\nhttps://llm.example.com:443\nhttp://127.0.0.1:11434\n*.example.org\n/\napi.openai.com"
    admin_client.post(ADD, typed(allowed_hosts=hosts, value=CANARY))
    secret = TokenSecret.objects.get()
    assert secret.allowed_hosts == [
        "api.openai.com",
        "llm.example.com",
        "http://127.0.0.1:11434",
        "*.example.org",
        "/",
    ]
    assert decrypt(secret).reveal() == CANARY
    assert secret.replaced_by == admin_user


@pytest.mark.parametrize(
    "wrong", ["ftp://a.example.com", "a.example.com/v1", "user@a.example.com", "*.com", "a b"]
)
def test_a_host_that_cannot_be_one_is_a_field_error_with_its_line(admin_client: Client, wrong: str) -> None:
    errors = errors_of(admin_client.post(ADD, typed(allowed_hosts=f"api.openai.com\n{wrong}", value=CANARY)))
    assert errors["allowed_hosts"][0].startswith("Line 2: ")
    assert not TokenSecret.objects.exists()


def test_a_trimmed_value_is_said_to_be_so(admin_client: Client) -> None:
    response = admin_client.post(ADD, typed(value=f"  {CANARY}\n"), follow=True)
    assert decrypt(TokenSecret.objects.get()).reveal() == CANARY
    assert "around the value were left out" in html_of(response)


@pytest.mark.parametrize("wrong", ["   ", f"{CANARY}\nX-Evil: 1", "sk-ключ-12345", "x" * 4_097])
def test_a_value_that_no_header_can_carry_is_a_field_error(admin_client: Client, wrong: str) -> None:
    response = admin_client.post(ADD, typed(value=wrong))
    assert list(errors_of(response)) == ["value"]
    assert CANARY not in html_of(response)


def test_a_short_value_is_taken_and_its_limit_is_said(admin_client: Client) -> None:
    response = admin_client.post(ADD, typed(value="ollama"), follow=True)
    secret = TokenSecret.objects.get()
    assert decrypt(secret).reveal() == "ollama"
    assert f"The value of {secret.name} is shorter than 8 characters" in html_of(response)


def test_an_empty_value_keeps_the_stored_one(admin_client: Client) -> None:
    secret = make_secret()
    admin_client.post(page_of(secret), typed(allowed_hosts="api.openai.com"))
    secret.refresh_from_db()
    assert decrypt(secret).reveal() == CANARY
    assert secret.allowed_hosts == ["api.openai.com"]


def test_a_value_is_cleared_by_its_own_check_box(admin_client: Client, admin_user: User) -> None:
    secret = make_secret()
    admin_client.post(page_of(secret), typed(clear_value="on"))
    secret.refresh_from_db()
    assert (secret.ciphertext, secret.last_four) == ("", "")
    assert secret.replaced_by == admin_user


def test_clear_and_to_replace_at_once_is_refused(admin_client: Client) -> None:
    secret = make_secret()
    response = admin_client.post(page_of(secret), typed(value="another-value-entered", clear_value="on"))
    assert list(errors_of(response)) == ["clear_value"]
    secret.refresh_from_db()
    assert decrypt(secret).reveal() == CANARY


def test_a_value_that_cannot_be_decrypted_can_be_overwritten(
    admin_client: Client, settings: Settings
) -> None:
    secret = make_secret()
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    assert "cannot be decrypted" in html_of(admin_client.get(LIST))
    assert "cannot be decrypted" in html_of(admin_client.get(page_of(secret)))
    admin_client.post(page_of(secret), typed(value="another-value-entered"))
    secret.refresh_from_db()
    assert decrypt(secret).reveal() == "another-value-entered"


@pytest.mark.parametrize("name", ["my_token", "My_Token"])
def test_a_name_that_differs_by_case_alone_is_a_field_error(admin_client: Client, name: str) -> None:
    make_secret("MY_TOKEN")
    errors = errors_of(admin_client.post(ADD, typed(name=name, value=CANARY)))
    assert list(errors) == ["name"]
    assert "MY_TOKEN" in errors["name"][0]


@pytest.mark.parametrize("name", ["ＭＹ_ＴＯＫＥＮ", "МY_TOKEN", "MY TOKEN", "MY-TOKEN", "MY_TOKEN\x00", ""])
def test_a_name_that_only_looks_like_one_is_a_field_error(admin_client: Client, name: str) -> None:
    assert list(errors_of(admin_client.post(ADD, typed(name=name, value=CANARY)))) == ["name"]


def test_of_two_who_take_a_name_at_once_the_second_gets_a_field_error(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As PostgreSQL has it: the other one's row comes between the form's check and the insert."""
    save = ModelAdmin.changeform_view

    def overtaken(*args: Any) -> HttpResponse:
        if not TokenSecret.objects.exists():
            make_secret("MY_TOKEN", value="")
            raise IntegrityError
        return save(*args)

    monkeypatch.setattr(ModelAdmin, "changeform_view", overtaken)
    response = admin_client.post(ADD, typed(value=CANARY))
    assert list(errors_of(response)) == ["name"]
    assert CANARY not in html_of(response)


def test_a_secret_is_renamed_and_its_personas_follow(admin_client: Client) -> None:
    secret = make_secret("MY_TOKEN")
    persona = make_persona(token_secret=secret)
    save_persona(persona, by=None)
    admin_client.post(page_of(secret), typed(name="NEW_NAME"))
    persona = Persona.objects.get(pk=persona.pk)
    assert persona.token_secret == secret
    newest = persona.versions.first()
    assert newest is not None
    assert (newest.number, newest.document["llm"]["token_secret"]) == (2, "NEW_NAME")


def test_a_name_that_stands_in_a_header_is_not_changed(admin_client: Client) -> None:
    secret = make_secret("MY_TOKEN")
    save_persona(make_persona(token_secret=secret, headers=[["Authorization", "Api-Key MY_TOKEN"]]), by=None)
    errors = errors_of(admin_client.post(page_of(secret), typed(name="NEW_NAME")))
    assert "Mert" in errors["name"][0]
    secret.refresh_from_db()
    assert secret.name == "MY_TOKEN"


def test_a_word_of_a_persona_that_does_not_use_the_secret_is_no_use_of_the_name(
    admin_client: Client,
) -> None:
    secret = make_secret("MY_TOKEN")
    save_persona(make_persona(headers=[["Authorization", "Api-Key MY_TOKEN"]]), by=None)
    admin_client.post(page_of(secret), typed(name="NEW_NAME"))
    secret.refresh_from_db()
    assert secret.name == "NEW_NAME"


def test_a_longer_word_in_a_header_is_no_use_of_the_name(admin_client: Client) -> None:
    secret = make_secret("MY_TOKEN")
    save_persona(make_persona(headers=[["Authorization", "Api-Key MY_TOKEN_2"]]), by=None)
    admin_client.post(page_of(secret), typed(name="NEW_NAME"))
    secret.refresh_from_db()
    assert secret.name == "NEW_NAME"


def test_a_secret_in_use_is_not_deleted_and_its_users_are_listed(admin_client: Client) -> None:
    secret = make_secret()
    persona = make_persona(persona_name="Mert the Storyteller", stand_in_secret=secret)
    save_persona(persona, by=None)
    page = html_of(admin_client.get(page_of(secret, "delete")))
    assert "Mert the Storyteller" in page
    assert "protected" in page
    admin_client.post(page_of(secret, "delete"), {"post": "yes"})
    admin_client.post(LIST, {"action": "delete_selected", "_selected_action": [secret.pk], "post": "yes"})
    assert TokenSecret.objects.filter(pk=secret.pk).exists()


def test_a_secret_that_nobody_uses_is_deleted(admin_client: Client) -> None:
    secret = make_secret()
    admin_client.post(page_of(secret, "delete"), {"post": "yes"})
    assert not TokenSecret.objects.exists()


def test_the_page_says_who_uses_it_who_replaced_it_and_its_last_use(
    admin_client: Client, admin_user: User
) -> None:
    secret = make_secret()
    set_value(secret, CANARY, by=admin_user)
    persona = make_persona(persona_name="Mert & Co", token_secret=secret)
    save_persona(persona, by=None)
    mark_used(secret, "llm.example.com", persona.pk)
    page = html_of(admin_client.get(page_of(secret)))
    link = f'<a href="{reverse("admin:personas_persona_change", args=[persona.pk])}">Mert &amp; Co</a>'
    assert page.count(link) == 2
    assert "by admin" in page
    assert "at llm.example.com by" in page
    assert f"…{CANARY[-4:]}" in page


def test_who_may_only_look_sees_neither_value_nor_field(client_with: Callable[..., Client]) -> None:
    secret = make_secret(hosts=("api.openai.com",))
    client = client_with("view")
    page = html_of(client.get(page_of(secret)))
    assert "api.openai.com" in page
    assert "ready" in page
    assert 'type="password"' not in page
    assert CANARY not in page
    assert client.post(page_of(secret), typed(value="another-value-entered")).status_code == 403
    assert client.get(ADD).status_code == 403
    assert client.get(page_of(secret, "delete")).status_code == 403
    secret.refresh_from_db()
    assert decrypt(secret).reveal() == CANARY


def test_each_right_opens_its_own_page_alone(client_with: Callable[..., Client]) -> None:
    secret = make_secret()
    assert client_with("add").get(ADD).status_code == 200
    assert client_with("add").get(page_of(secret)).status_code == 403
    assert client_with("view", "change").get(page_of(secret)).status_code == 200
    assert client_with("view", "delete").get(page_of(secret, "delete")).status_code == 200
    assert client_with().get(LIST).status_code == 403


def test_who_makes_secrets_is_asked_for_those_that_personas_name_and_nobody_has_made(
    client_with: Callable[..., Client],
) -> None:
    make_secret("MADE")
    save_persona(make_persona(persona_name="Ann", missing_secrets={"token_secret": "OWN"}), by=None)
    save_persona(
        make_persona(persona_name="Ben", headers=[["X-Key", "{{secret:OTHER}}, {{secret:MADE}}, Bearer"]]),
        by=None,
    )
    save_persona(make_persona(persona_name="Cleo", headers=[["X-Key", "{{secret:OTHER}}"]]), by=None)
    asked = [
        "Nobody has made the token secret OTHER, which Ben, as one of 2 personas, asks for.",
        "Nobody has made the token secret OWN, which Ann asks for.",
    ]
    page = html_of(client_with("view", "add").get(LIST))
    assert re.findall(r"Nobody has made[^<]+", page) == asked
    assert "OTHER" not in html_of(client_with("view").get(LIST))


def test_so_many_secrets_are_asked_for_at_the_most(admin_client: Client) -> None:
    names = " ".join(f"{{{{secret:K{number}}}}}" for number in range(MOST_ASKED_FOR + 1))
    save_persona(make_persona(headers=[["X-Key", names]]), by=None)
    assert html_of(admin_client.get(LIST)).count("Nobody has made") == MOST_ASKED_FOR
