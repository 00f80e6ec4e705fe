"""Small personas and secrets for the tests of this app."""

from typing import Any

from personas.models import Persona, TokenSecret
from personas.secrets import set_value

CANARY = "sk-canary-5d1c0a7e-never-shown-Zx9Q"
"""A value that must not turn up anywhere."""


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
