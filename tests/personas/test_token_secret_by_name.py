"""A token secret's address by its name, which errors link to."""

import pytest
from django.test import Client
from django.urls import reverse

from dashboard.roles import Role
from tests.conftest import signed_in
from tests.dashboard.roles import person
from tests.personas.making import make_secret

pytestmark = pytest.mark.django_db


def leads_to(client: Client, name: str) -> str:
    response = client.get(reverse("token-secret", args=[name]))
    assert response.status_code == 302
    return str(response["Location"])


def test_it_leads_to_the_secret_or_to_a_new_one_of_that_name() -> None:
    client = signed_in(person(Role.SECRET_MANAGER))
    secret = make_secret("MY_TOKEN")
    assert leads_to(client, "MY_TOKEN") == reverse("admin:personas_tokensecret_change", args=[secret.pk])
    assert leads_to(client, "OTHER") == f"{reverse('admin:personas_tokensecret_add')}?name=OTHER"
