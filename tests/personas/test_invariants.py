"""What always holds of secrets and versions: each row that breaks it is named."""

import pytest
from cryptography.fernet import Fernet
from pytest_django import Settings

from personas.invariants import unreadable_secrets, unreadable_versions
from personas.models import PersonaVersion
from personas.saving import save_persona
from tests.personas.making import make_persona, make_secret

pytestmark = pytest.mark.django_db


def test_a_secret_that_the_keys_in_use_do_not_decrypt_is_named(settings: Settings) -> None:
    make_secret("PENDING", value="")
    make_secret("LOST")
    assert list(unreadable_secrets()) == []
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    make_secret("FINE")
    assert list(unreadable_secrets()) == [
        "The value of the token secret LOST cannot be decrypted with the keys in use."
    ]


@pytest.mark.parametrize("document", [{}, {"persona_name": "Mert"}, {"persona_name": "Mert", "llm": 3}, []])
def test_a_version_whose_document_cannot_be_read_is_named(document: object) -> None:
    save_persona(make_persona(), by=None)
    assert list(unreadable_versions()) == []
    PersonaVersion.objects.create(persona_ref="p000000000009", number=4, document=document)
    assert list(unreadable_versions()) == [
        "The document of version 4 of persona p000000000009 cannot be read."
    ]
