"""What the tests of token secrets share: a secret, a persona that uses it, and an editor who may not manage it."""

import pytest
from django.contrib.auth.models import User

from personas.models import Persona, TokenSecret
from personas.saving import save_persona
from tests.conftest import REHEARSE, make_user
from tests.personas.making import make_persona, make_secret


@pytest.fixture
def editor() -> User:
    """May do everything but manage secrets."""
    return make_user("edith", *REHEARSE, "personas.view_personaversion")


@pytest.fixture
def secret() -> TokenSecret:
    return make_secret(hosts=("llm.example.com",))


@pytest.fixture
def persona(secret: TokenSecret) -> Persona:
    persona = make_persona(token_secret=secret)
    save_persona(persona, by=None)
    return persona
