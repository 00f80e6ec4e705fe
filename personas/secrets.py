"""The values of token secrets and of other encrypted rows: encryption, binding to a row, validation, record of use.

A value is encrypted with the first key of ``settings.ENCRYPTION_KEYS`` and decrypted with any of them. The plaintext
begins with the row's ``binding``, so a ciphertext copied to another row is rejected.
"""

import hmac
from collections.abc import Iterator, Sequence
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NoReturn, final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from personas.models import EncryptedValue, TokenSecret
from playground.engine.answer.redaction import ANYWHERE_FROM_CHARS
from playground.engine.errors.codes import Code, NotReadyError

LONGEST_VALUE_CHARS = 4_096
LAST_FOUR_FROM_CHARS = 16
"""Masking a shorter value down to its last four characters would reveal too much of it."""
USE_IS_RECORDED_EVERY = timedelta(minutes=1)

_BINDING_CHARS = 32


@final
class SecretValue:
    """A plaintext that can't be printed by accident: only `reveal` returns it."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        return self.__value

    def __repr__(self) -> str:
        return "***"

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __reduce__(self) -> NoReturn:
        raise TypeError("A secret value is neither copied nor pickled.")


class SecretState(StrEnum):
    READY = "ready"
    MISSING = "missing"
    UNREADABLE = "unreadable"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]


_STATE_LABELS = {
    SecretState.READY: "ready",
    SecretState.MISSING: "value missing",
    SecretState.UNREADABLE: "cannot be decrypted",
}


class SecretMissingError(NotReadyError):
    """The secret has no value yet."""

    def __init__(self, secret: EncryptedValue) -> None:
        message = f"The token secret {secret} has no value yet: enter it under Token secrets."
        super().__init__(Code.SECRET_MISSING, message)


class SecretUnreadableError(NotReadyError):
    """The stored value was encrypted with a lost key, was changed from outside, or belongs to another row."""

    def __init__(self, secret: EncryptedValue) -> None:
        message = (
            f"The value of the token secret {secret} cannot be decrypted with this server's keys: "
            "enter it again under Token secrets, or put the key back into ENCRYPTION_KEYS."
        )
        super().__init__(Code.SECRET_MISSING, message)


@lru_cache(maxsize=4)
def _ciphers(keys: tuple[str, ...]) -> tuple[Fernet, ...]:
    if not keys:
        raise ImproperlyConfigured("ENCRYPTION_KEYS is empty: token secrets need at least one key.")
    ciphers = []
    for position, key in enumerate(keys, start=1):
        try:
            ciphers.append(Fernet(key))
        except ValueError:
            # The cause contains the key.
            raise ImproperlyConfigured(
                f"Key {position} of ENCRYPTION_KEYS is no Fernet key (32 bytes in URL-safe base64)."
            ) from None
    return tuple(ciphers)


def ciphers() -> tuple[Fernet, ...]:
    """Return one cipher per key, in order. Raises ImproperlyConfigured if a key is invalid or none is set."""
    return _ciphers(tuple(settings.ENCRYPTION_KEYS))


@sensitive_variables()
def validate_value(value: str) -> str:
    """Return the value, stripped; a header value's rules apply.

    Raises ValidationError for characters other than printable ASCII, an empty value or more than 4096 characters.
    """
    trimmed = value.strip()
    if not trimmed.isascii() or not trimmed.isprintable():
        raise ValidationError(
            "The value holds a line break or another character that cannot stand in a header: "
            "copy it again, as one line of plain ASCII characters.",
            code="characters",
        )
    if not trimmed:
        raise ValidationError("The value is empty: enter the key itself.", code="empty")
    if len(trimmed) > LONGEST_VALUE_CHARS:
        raise ValidationError(
            f"The value is too long: it may have {LONGEST_VALUE_CHARS:,} characters at most.", code="long"
        )
    return trimmed


@sensitive_variables("value")
def short_value_sentence(name: str, value: str) -> str:
    """Return a sentence on what a value too short to be masked means; empty if it is long enough."""
    if len(value.strip()) >= ANYWHERE_FROM_CHARS:
        return ""
    return (
        f"The value of {name} is shorter than {ANYWHERE_FROM_CHARS} characters: it is stored and sent, but it can't be "
        "kept out of text. It is masked as a whole word only."
    )


@sensitive_variables()
def encrypt(secret: EncryptedValue, value: str) -> str:
    """Return the ciphertext of the value, bound to the secret's row."""
    return ciphers()[0].encrypt(f"{secret.binding.hex}{value}".encode()).decode()


def decrypt(secret: EncryptedValue) -> SecretValue:
    """Return the secret's value. Raises SecretMissingError, SecretUnreadableError."""
    return _decrypt(secret, ciphers())


@sensitive_variables()
def _decrypt(secret: EncryptedValue, ciphers: Sequence[Fernet]) -> SecretValue:
    if not secret.ciphertext:
        raise SecretMissingError(secret)
    try:
        plaintext = MultiFernet(ciphers).decrypt(secret.ciphertext).decode()
    except (InvalidToken, ValueError):
        raise SecretUnreadableError(secret) from None
    if plaintext[:_BINDING_CHARS] != secret.binding.hex:
        raise SecretUnreadableError(secret)
    return SecretValue(plaintext[_BINDING_CHARS:])


def state_of(secret: EncryptedValue) -> SecretState:
    """Return the secret's state. One decryption and no query, so cheap enough for lists."""
    try:
        decrypt(secret)
    except SecretMissingError:
        return SecretState.MISSING
    except SecretUnreadableError:
        return SecretState.UNREADABLE
    return SecretState.READY


@sensitive_variables("keys")
def unreadable_names(keys: Sequence[str]) -> Iterator[str]:
    """Yield the names of the secrets whose value none of these keys decrypts."""
    for secret in TokenSecret.objects.exclude(ciphertext="").iterator():
        try:
            _decrypt(secret, _ciphers(tuple(keys)))
        except SecretUnreadableError:
            yield secret.name


@sensitive_variables()
def holds(secret: TokenSecret, value: str) -> bool:
    """Whether the secret's value equals this one, compared in constant time. False without a readable value."""
    try:
        stored = decrypt(secret)
    except NotReadyError:
        return False
    return hmac.compare_digest(stored.reveal().encode(), value.encode())


@sensitive_variables()
def set_value(secret: TokenSecret, value: str, *, by: User | None) -> None:
    """Validate, encrypt and save a new value, with its author and time. Raises ValidationError."""
    trimmed = validate_value(value)
    secret.ciphertext = encrypt(secret, trimmed)
    secret.last_four = trimmed[-4:] if len(trimmed) >= LAST_FOUR_FROM_CHARS else ""
    _stamp(secret, by)


def clear_value(secret: TokenSecret, *, by: User | None) -> None:
    """Delete the value and save the secret as "value missing"."""
    secret.ciphertext = ""
    secret.last_four = ""
    _stamp(secret, by)


def _stamp(secret: TokenSecret, by: User | None) -> None:
    secret.replaced_at = timezone.now()
    secret.replaced_by = by
    secret.save()


def mark_used(secret: TokenSecret, host: str, persona_id: str) -> None:
    """Record a use: when, at which host, by which persona. One update, at most one a minute for the same use."""
    now = timezone.now()
    same_use = (secret.last_used_host, secret.last_used_persona) == (host, persona_id)
    if same_use and secret.last_used_at and now - secret.last_used_at < USE_IS_RECORDED_EVERY:
        return
    secret.last_used_at, secret.last_used_host, secret.last_used_persona = now, host, persona_id
    TokenSecret.objects.filter(pk=secret.pk).update(
        last_used_at=now, last_used_host=host, last_used_persona=persona_id
    )


class Rotation(StrEnum):
    """The result of rotating a secret."""

    DONE = "done"
    CURRENT = "current"
    MISSING = "missing"
    UNREADABLE = "unreadable"


def encrypted_rows() -> Iterator[EncryptedValue]:
    """Yield every row of the site with an encrypted value: token secrets, and what other apps encrypt."""
    for model in apps.get_models():
        if issubclass(model, EncryptedValue):
            yield from model._default_manager.iterator()


def rotate(secret: EncryptedValue) -> Rotation:
    """Re-encrypt the value with the first key if needed. A concurrently entered value stays."""
    state = state_of(secret)
    if state is not SecretState.READY:
        return Rotation(state)
    if _is_current(secret.ciphertext):
        return Rotation.CURRENT
    rotated = MultiFernet(ciphers()).rotate(secret.ciphertext).decode()
    rows = type(secret)._default_manager
    rows.filter(pk=secret.pk, ciphertext=secret.ciphertext).update(ciphertext=rotated)
    return Rotation.DONE


def _is_current(ciphertext: str) -> bool:
    try:
        ciphers()[0].decrypt(ciphertext)
    except InvalidToken:
        return False
    return True
