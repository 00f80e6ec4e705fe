"""Values of token secrets: their rules, their encryption, and that they never show."""

import copy
import json
import pickle
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.management import call_command
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from personas.models import TokenSecret
from personas.secrets import (
    SecretMissingError,
    SecretState,
    SecretUnreadableError,
    SecretValue,
    ciphers,
    clear_value,
    decrypt,
    encrypt,
    holds,
    mark_used,
    set_value,
    short_value_sentence,
    state_of,
    validate_value,
)
from tests.personas.making import CANARY, make_secret

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", [f"  {CANARY}", f"{CANARY}\n", f"\t{CANARY}\r\n"])
def test_white_space_around_a_value_is_left_out(typed: str) -> None:
    assert validate_value(typed) == CANARY


@pytest.mark.parametrize(
    "wrong",
    [
        "sk-1234\r\nX-Evil: 1",
        "sk-1234\n5678",
        "sk-1234\x005678",
        "sk-ключ-12345",
        "sk-1234\x7f5678",
        "",
        " \n",
    ],
)
def test_a_value_that_no_header_can_carry_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError):
        validate_value(wrong)


@pytest.mark.parametrize("length", [1, 4_096])
def test_the_shortest_and_the_longest_value_are_taken(length: int) -> None:
    assert validate_value("x" * length) == "x" * length


def test_one_character_more_is_not() -> None:
    with pytest.raises(ValidationError):
        validate_value("x" * 4_097)


@pytest.mark.parametrize(("value", "is_short"), [("ollama", True), (" EMPTY \n", True), ("x" * 8, False)])
def test_a_value_that_is_masked_as_a_whole_word_only_is_named_by_its_secret(
    value: str, is_short: bool
) -> None:
    sentence = short_value_sentence("LOCAL_KEY", value)
    assert bool(sentence) is is_short
    assert not is_short or ("LOCAL_KEY" in sentence and value.strip() not in sentence)


def test_a_refusal_does_not_repeat_the_value() -> None:
    with pytest.raises(ValidationError) as refused:
        validate_value(f"{CANARY}\n{CANARY}")
    assert CANARY not in str(refused.value)


def test_a_value_comes_back_as_it_was_entered(user: User) -> None:
    secret = make_secret()
    set_value(secret, CANARY, by=user)
    stored = TokenSecret.objects.get(pk=secret.pk)
    assert decrypt(stored).reveal() == CANARY
    assert stored.replaced_by == user
    assert stored.replaced_at is not None
    assert CANARY not in stored.ciphertext


@pytest.mark.parametrize(("length", "shown"), [(15, ""), (16, "WXYZ")])
def test_the_last_four_are_kept_of_a_value_long_enough(length: int, shown: str) -> None:
    value = "a" * (length - 4) + "WXYZ"
    assert make_secret(value=value).last_four == shown


def test_a_cleared_value_is_missing(user: User) -> None:
    secret = make_secret()
    clear_value(secret, by=user)
    stored = TokenSecret.objects.get(pk=secret.pk)
    assert (stored.ciphertext, stored.last_four) == ("", "")
    with pytest.raises(SecretMissingError):
        decrypt(stored)


def test_states_tell_ready_from_missing_from_unreadable(settings: Settings) -> None:
    ready, missing = make_secret("READY"), make_secret("MISSING", value="")
    assert (state_of(ready), state_of(missing)) == (SecretState.READY, SecretState.MISSING)
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    assert (state_of(ready), state_of(missing)) == (SecretState.UNREADABLE, SecretState.MISSING)


def test_with_a_wrong_key_a_secret_says_so_and_can_be_overwritten(settings: Settings) -> None:
    secret = make_secret()
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(SecretUnreadableError, match="MY_TOKEN"):
        decrypt(secret)
    set_value(secret, "another-value-entered", by=None)
    assert decrypt(secret).reveal() == "another-value-entered"


def test_an_older_key_still_decrypts(settings: Settings) -> None:
    secret = make_secret()
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.ENCRYPTION_KEYS]
    assert decrypt(secret).reveal() == CANARY


def test_a_ciphertext_copied_to_another_row_is_refused_there() -> None:
    theirs, mine = make_secret("THEIRS"), make_secret("MINE", value="")
    TokenSecret.objects.filter(pk=mine.pk).update(ciphertext=theirs.ciphertext)
    mine.refresh_from_db()
    assert state_of(mine) is SecretState.UNREADABLE
    assert decrypt(theirs).reveal() == CANARY


def test_a_tampered_ciphertext_spoils_its_own_row_only() -> None:
    spoilt, whole = make_secret("SPOILT"), make_secret("WHOLE")
    flipped = "A" if spoilt.ciphertext[40] != "A" else "B"
    spoilt.ciphertext = spoilt.ciphertext[:40] + flipped + spoilt.ciphertext[41:]
    assert state_of(spoilt) is SecretState.UNREADABLE
    assert state_of(whole) is SecretState.READY


@pytest.mark.parametrize("nonsense", ["no ciphertext", "ключ", "A" * 200])
def test_nonsense_in_the_column_is_unreadable_and_no_crash(nonsense: str) -> None:
    secret = make_secret(value="")
    secret.ciphertext = nonsense
    assert state_of(secret) is SecretState.UNREADABLE


def test_the_same_value_is_encrypted_differently_each_time() -> None:
    secret = make_secret()
    assert encrypt(secret, CANARY) != encrypt(secret, CANARY)


def test_holds_compares_without_revealing() -> None:
    secret = make_secret()
    assert holds(secret, CANARY)
    assert not holds(secret, CANARY + "x")
    assert not holds(make_secret("EMPTY", value=""), "")


def test_a_value_prints_as_stars() -> None:
    value = SecretValue(CANARY)
    shown = f"{value} {value!r} {value!s} {[value]} {{'value': {value}}} %s" % value
    assert CANARY not in shown
    assert "***" in shown
    assert CANARY not in json.dumps({"value": value}, default=repr)


def test_a_value_is_neither_copied_nor_pickled() -> None:
    for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            attempt(SecretValue(CANARY))


def test_a_row_shows_no_value() -> None:
    secret = make_secret()
    assert CANARY not in f"{secret!r} {secret} {vars(secret)}"


def test_a_dump_of_the_database_has_the_ciphertext_only(capsys: pytest.CaptureFixture[str]) -> None:
    secret = make_secret()
    call_command("dumpdata", "personas")
    dumped = capsys.readouterr().out
    assert CANARY not in dumped
    assert secret.ciphertext in dumped


@pytest.mark.parametrize(
    "keys", [[], ["not a key"], ["Zm9yIHRoZSB0ZXN0cyBvbmx5LCBub3RoaW5nIGVsc2U=", "c2hvcnQ="]]
)
def test_wrong_keys_are_named_by_their_variable_and_never_shown(settings: Settings, keys: list[str]) -> None:
    settings.ENCRYPTION_KEYS = keys
    with pytest.raises(ImproperlyConfigured, match="ENCRYPTION_KEYS") as refused:
        ciphers()
    assert not any(key in str(refused.value) for key in keys)


def test_a_use_is_recorded_with_host_and_persona() -> None:
    secret = make_secret()
    mark_used(secret, "llm.example.com", "p1")
    stored = TokenSecret.objects.get(pk=secret.pk)
    assert (stored.last_used_host, stored.last_used_persona) == ("llm.example.com", "p1")
    assert stored.last_used_at is not None


def test_the_same_use_is_written_once_a_minute(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    secret = make_secret()
    with django_assert_num_queries(1):
        mark_used(secret, "llm.example.com", "p1")
        mark_used(secret, "llm.example.com", "p1")
    with django_assert_num_queries(1):
        mark_used(secret, "other.example.com", "p1")
    secret.last_used_at = timezone.now() - timedelta(minutes=2)
    with django_assert_num_queries(1):
        mark_used(secret, "other.example.com", "p1")


def test_recording_a_use_leaves_a_value_entered_meanwhile_alone() -> None:
    secret = make_secret()
    stale = TokenSecret.objects.get(pk=secret.pk)
    set_value(secret, "another-value-entered", by=None)
    mark_used(stale, "llm.example.com", "p1")
    assert decrypt(TokenSecret.objects.get(pk=secret.pk)).reveal() == "another-value-entered"
