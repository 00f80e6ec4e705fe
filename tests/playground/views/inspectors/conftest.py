"""The maker of an inspector, signed in, and the inspector."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dashboard.roles import Role
from playground.models import Inspector
from tests.conftest import signed_in
from tests.dashboard.roles import person


@pytest.fixture
def maker() -> User:
    return person(Role.EDITOR, "alice")


@pytest.fixture
def client(maker: User) -> Client:
    return signed_in(maker)


@pytest.fixture
def inspector(maker: User) -> Inspector:
    return Inspector.objects.create(maker=maker, name="What is sent")
