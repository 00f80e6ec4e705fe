"""The OpenAPI document is correct: requests that it allows get responses that it describes, and never a 500."""

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from dashboard.api import api
from personas.saving import save_persona
from playground.models import Callback, Conversation
from tests.api import key_for
from tests.personas.making import make_persona
from tests.playground.rehearsals import make_conversation

pytestmark = pytest.mark.slow  # Sends 10 generated requests to every operation, twice.

OPERATIONS = [
    (method.upper(), path)
    for path, operations in api.get_openapi_schema()["paths"].items()
    for method in operations
]


@pytest.mark.parametrize("mode", ["positive", "negative"])
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.django_db(transaction=True)
def test_every_answer_is_as_the_document_says(method: str, path: str, mode: str, admin_user: User) -> None:
    # Its packages take a second to import, and each process of a test run would do so to collect these tests.
    from tests.dashboard.schema_search import search

    search(method, path, mode, key_for(admin_user), stored_ids(admin_user))


def stored_ids(owner: User) -> dict[str, str]:
    """Return the ids of existing rows, by the path parameter's name."""
    persona = make_persona()
    save_persona(persona, by=None)
    conversation = make_conversation(owner, status=Conversation.Status.ENDED)
    now = timezone.now()
    callback = Callback.objects.create(
        conversation=conversation, owner=owner, event_type="system.shutdown", url="https://hooks.example.com/",
        body="{}", next_at=now, created_at=now,
    )  # fmt: skip
    return {
        "persona_id": persona.pk,
        "pal_id": persona.pk,
        "conversation_id": conversation.pk,
        "webhook_id": callback.webhook_id,
    }
