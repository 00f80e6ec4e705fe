"""Generates requests that the OpenAPI document allows or forbids, and checks the answers against it."""

from functools import cache
from typing import Any

import schemathesis
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

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 10


@cache
def document() -> OpenApiSchema:
    """The document as the site serves it: asked for once."""
    return schemathesis.openapi.from_wsgi("/v2/openapi.json", get_wsgi_application())


def search(method: str, path: str, mode: str, key: str, ids: dict[str, str]) -> None:
    """Send generated requests to an operation; raises at the first answer that the document doesn't describe."""

    @seed(1)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=document()[path][method].as_strategy(generation_mode=GenerationMode(mode)))
    def examples(case: Case[Any]) -> None:
        lead_to_rows(case, ids)
        case.headers["x-api-key"] = key
        case.validate_response(case.call(), checks=CHECKS)

    examples()


def lead_to_rows(case: Case[Any], ids: dict[str, str]) -> None:
    """Replace most generated ids by existing ones; some stay."""
    for name, made_up in case.path_parameters.items():
        if len(str(made_up)) % 4:
            case.path_parameters[name] = ids[name]
    if isinstance(case.body, dict) and isinstance(case.body.get("persona_id"), str):
        case.body["persona_id"] = ids["persona_id"]
