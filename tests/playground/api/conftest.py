"""What the tests of the API share: a persona, and someone who may hold conversations and no more."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dashboard.roles import Role
from personas.models import Persona
from personas.saving import save_persona
from tests.api import api_client
from tests.dashboard.roles import person
from tests.personas.making import make_persona


@pytest.fixture
def persona(db: None) -> Persona:
    made = make_persona(default_replica_id="r-of-the-persona", token_secret=None)
    save_persona(made, by=None)
    return made


@pytest.fixture
def viewer(db: None) -> User:
    """May hold conversations of their own, which is all that it takes."""
    return person(Role.VIEWER)


@pytest.fixture
def client(viewer: User) -> Client:
    return api_client(viewer)
