"""Small personas and secrets for the tests of this app."""

from typing import Any

from django.db.models import Field

from personas.models import Persona, TokenSecret
from personas.secrets import set_value

CANARY = "sk-canary-5d1c0a7e-never-shown-Zx9Q"
"""A value that must not turn up anywhere."""
_OF_THE_ROW = {
    "id", "version", "created_at", "updated_at", "missing_secrets",
    "is_trial", "last_used_at", "archived_at", "deleted_at",
}  # fmt: skip
COLUMNS: "dict[str, Field[Any, Any]]" = {
    field.name: field for field in Persona._meta.concrete_fields if field.name not in _OF_THE_ROW
}
"""Those of a persona's settings, which its document has."""


def make_secret(name: str = "MY_TOKEN", *, value: str = CANARY, hosts: tuple[str, ...] = ()) -> TokenSecret:
    """Return a stored secret; with an empty value it is "value missing"."""
    secret = TokenSecret(name=name, allowed_hosts=list(hosts))
    if value:
        set_value(secret, value, by=None)
    secret.save()
    return secret


def make_persona(**fields: Any) -> Persona:
    """Return a persona that isn't stored yet, complete but for a token secret."""
    complete = {"persona_name": "Mert", "address": "https://llm.example.com/v1", "model": "gpt-4o"}
    return Persona(**(complete | fields))
