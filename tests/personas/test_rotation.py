"""`manage.py rotate_secret_keys`."""

from collections.abc import Callable

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from pytest_django import Settings

from personas.management.commands import rotate_secret_keys
from personas.models import TokenSecret
from personas.secrets import Rotation, SecretState, decrypt, rotate, set_value, state_of
from tests.personas.making import CANARY, make_secret

pytestmark = pytest.mark.django_db


@pytest.fixture
def new_key(settings: Settings) -> Callable[[], str]:
    """Puts a new key before the present ones."""

    def put() -> str:
        key = Fernet.generate_key().decode()
        settings.ENCRYPTION_KEYS = [key, *settings.ENCRYPTION_KEYS]
        return key

    return put


def test_after_a_rotation_the_new_key_alone_reads_everything(
    settings: Settings, new_key: Callable[[], str], capsys: pytest.CaptureFixture[str]
) -> None:
    make_secret("A")
    make_secret("B")
    make_secret("EMPTY", value="")
    key = new_key()
    call_command("rotate_secret_keys")
    output = capsys.readouterr().out
    assert "2 encrypted anew, 0 already with the first key, 1 without a value." in output
    settings.ENCRYPTION_KEYS = [key]
    assert [decrypt(TokenSecret.objects.get(name=name)).reveal() for name in "AB"] == [CANARY, CANARY]


def test_the_second_rotation_changes_nothing(
    new_key: Callable[[], str], capsys: pytest.CaptureFixture[str]
) -> None:
    secret = make_secret()
    new_key()
    call_command("rotate_secret_keys")
    secret.refresh_from_db()
    rotated = secret.ciphertext
    capsys.readouterr()
    call_command("rotate_secret_keys")
    secret.refresh_from_db()
    assert secret.ciphertext == rotated
    assert "0 encrypted anew, 1 already with the first key" in capsys.readouterr().out


def test_a_rotation_that_was_killed_leaves_all_readable_and_can_go_on(
    new_key: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("A", "B", "C"):
        make_secret(name)
    new_key()
    rotated: list[str] = []

    def killed_after_one(secret: TokenSecret) -> Rotation:
        if rotated:
            raise KeyboardInterrupt
        rotated.append(secret.name)
        return rotate(secret)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(rotate_secret_keys, "rotate", killed_after_one)
        call_command("rotate_secret_keys")
    assert all(state_of(secret) is SecretState.READY for secret in TokenSecret.objects.all())
    call_command("rotate_secret_keys")
    assert [rotate(secret) for secret in TokenSecret.objects.all()] == [Rotation.CURRENT] * 3


def test_a_value_entered_while_the_rotation_runs_stays(new_key: Callable[[], str]) -> None:
    stale = make_secret()
    new_key()
    set_value(TokenSecret.objects.get(pk=stale.pk), "another-value-entered", by=None)
    rotate(stale)
    assert decrypt(TokenSecret.objects.get(pk=stale.pk)).reveal() == "another-value-entered"


def test_what_cannot_be_read_is_named_and_left_alone(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = make_secret("LOST")
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    make_secret("FINE")
    with pytest.raises(CommandError, match="LOST"):
        call_command("rotate_secret_keys")
    assert "1 already with the first key" in capsys.readouterr().out
    assert TokenSecret.objects.get(name="LOST").ciphertext == lost.ciphertext


def test_a_rotation_does_not_heal_a_ciphertext_of_another_row(new_key: Callable[[], str]) -> None:
    theirs, mine = make_secret("THEIRS"), make_secret("MINE", value="")
    mine.ciphertext = theirs.ciphertext
    mine.save()
    new_key()
    assert rotate(mine) is Rotation.UNREADABLE
