"""System checks: the encryption keys are valid, and every stored secret can be decrypted with them."""

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from personas.models import TokenSecret
from personas.secrets import SecretState, ciphers, state_of


@checks.register(checks.Tags.security)
def encryption_keys_are_valid(**kwargs: Any) -> list[checks.CheckMessage]:
    try:
        ciphers()
    except ImproperlyConfigured as error:
        hint = (
            "A key is 32 random bytes in URL-safe base64, as cryptography's Fernet.generate_key() makes it."
        )
        return [checks.Error(error.args[0], hint=hint, id="personas.E001")]
    return []


@checks.register(checks.Tags.database)
def secrets_are_readable(databases: Sequence[str] | None = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Warn about unreadable secrets. Not an error: the rest of the site works, and a value can be entered again."""
    if not databases or encryption_keys_are_valid():
        return []
    try:
        secrets = list(TokenSecret.objects.exclude(ciphertext=""))
    except DatabaseError:
        return []  # before the first migration
    names = [secret.name for secret in secrets if state_of(secret) is SecretState.UNREADABLE]
    if not names:
        return []
    message = f"{len(names)} of {len(secrets)} token secrets cannot be decrypted: {', '.join(names)}."
    hint = "Put the key that they were encrypted with back into ENCRYPTION_KEYS, or enter their values again."
    return [checks.Warning(message, hint=hint, id="personas.W001")]
