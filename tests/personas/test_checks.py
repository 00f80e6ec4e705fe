"""The system checks of token secrets."""

import pytest
from cryptography.fernet import Fernet
from django.core import checks
from django.core.management import load_command_class
from django.core.management.base import SystemCheckError
from pytest_django import Settings

from tests.personas.making import make_secret

pytestmark = pytest.mark.django_db


def messages_of(*ids: str) -> list[checks.CheckMessage]:
    return [message for message in checks.run_checks(databases=["default"]) if message.id in ids]


def test_usable_keys_and_readable_secrets_pass() -> None:
    make_secret()
    assert messages_of("personas.E001", "personas.W001") == []


def test_without_a_usable_key_the_check_fails_by_the_name_of_the_variable(
    settings: Settings,
) -> None:
    settings.ENCRYPTION_KEYS = ["broken"]
    [error] = messages_of("personas.E001")
    assert error.is_serious()
    assert "ENCRYPTION_KEYS" in error.msg
    assert "broken" not in error.msg


def test_secrets_that_do_not_decrypt_are_a_warning_that_names_them(settings: Settings) -> None:
    make_secret("LOST")
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    make_secret("FINE")
    [warning] = messages_of("personas.W001")
    assert not warning.is_serious(checks.ERROR)
    assert warning.msg == "1 of 2 token secrets cannot be decrypted: LOST."


@pytest.mark.parametrize("name", ["run", "serve", "backup", "restore", "verify", "create_api_key"])
def test_a_command_that_makes_some_checks_makes_that_of_the_keys(name: str, settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = ["broken"]
    command = load_command_class("dashboard", name)
    tags = command.requires_system_checks
    with pytest.raises(SystemCheckError, match=r"personas\.E001"):
        command.check(tags=None if tags == "__all__" else tags)
