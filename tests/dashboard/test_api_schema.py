"""The OpenAPI document is correct: requests that it allows get responses that it describes, and never a 500."""

from functools import cache
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.generation.case import Case
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.schemas import OpenApiSchema

from dashboard.api import api
from personas.saving import save_persona
from playground.models import Conversation
from tests.api import key_for
from tests.personas.making import make_persona
from tests.playground.rehearsals import make_conversation

pytestmark = pytest.mark.slow  # Sends 25 generated requests to every operation, twice.

OPERATIONS = [
    (method.upper(), path)
    for path, operations in api.get_openapi_schema()["paths"].items()
    for method in operations
]
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 25


@cache
def document() -> OpenApiSchema:
    """The document as the site serves it: asked for once."""
    return schemathesis.openapi.from_wsgi("/v2/openapi.json", get_wsgi_application())


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.django_db(transaction=True)
def test_every_answer_is_as_the_document_says(
    method: str, path: str, mode: GenerationMode, admin_user: User
) -> None:
    key = key_for(admin_user)
    ids = stored_ids(admin_user)

    @seed(1)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=document()[path][method].as_strategy(generation_mode=mode))
    def search(case: Case[Any]) -> None:
        lead_to_rows(case, ids)
        case.headers["x-api-key"] = key
        case.validate_response(case.call(), checks=CHECKS)

    search()


def stored_ids(owner: User) -> dict[str, str]:
    """Return the ids of existing rows, by the path parameter's name."""
    persona = make_persona()
    save_persona(persona, by=None)
    conversation = make_conversation(owner, status=Conversation.Status.ENDED)
    return {"persona_id": persona.pk, "conversation_id": conversation.pk}


def lead_to_rows(case: Case[Any], ids: dict[str, str]) -> None:
    """Replace most generated ids by existing ones; some stay."""
    for name, made_up in case.path_parameters.items():
        if len(str(made_up)) % 4:
            case.path_parameters[name] = ids[name]
    if isinstance(case.body, dict) and isinstance(case.body.get("persona_id"), str):
        case.body["persona_id"] = ids["persona_id"]
