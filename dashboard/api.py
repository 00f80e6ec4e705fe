"""The HTTP API under ``/v2/``: API key authentication, the OpenAPI document, the routers of the two apps."""

from functools import cache
from typing import Any, cast

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import URLPattern, re_path
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.openapi import get_schema
from ninja.openapi.schema import OpenAPISchema
from ninja.security import APIKeyHeader

from dashboard.api_docs import ApiDocs
from dashboard.api_errors import add_error_answers, nowhere, shaped
from dashboard.api_keys import user_for_key
from dashboard.socket_users import credential_of_key
from personas.api.bodies import BodyParser
from personas.api.pals import router as pals
from personas.api.router import router as personas
from playground.api.callbacks import router as callbacks
from playground.api.key_request import KeyRequest
from playground.api.router import router as conversations

DESCRIPTION = """\
Tavus' HTTP: what a script sends to Tavus works here with this site's address and one of its keys.

Keys are made in the admin, or with `manage.py create_api_key NAME`. Refusals have Tavus' two shapes: `{"error"}` for
400, `{"message"}` for everything else, with the `field` that is wrong where one is known.
"""


class ApiKeyHeader(APIKeyHeader):
    """Authenticates by ``x-api-key`` only: without session cookies there is no CSRF."""

    param_name = "x-api-key"

    @sensitive_variables("key")
    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:
        if not key:
            return None
        cast(KeyRequest, request).credential = credential_of_key(key)
        return user_for_key(key)


class Api(NinjaAPI):
    """Makes its OpenAPI document once: that takes a tenth of a second, and anyone may ask for it."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        return _document(self, self.get_root_path(path_params or {}) if path_prefix is None else path_prefix)


@cache
def _document(api: Api, path_prefix: str) -> OpenAPISchema:
    return get_schema(api, path_prefix)


def make_api() -> NinjaAPI:
    api = Api(
        title="Greenroom",
        version="2",
        description=DESCRIPTION,
        urls_namespace="api",
        auth=ApiKeyHeader(),
        parser=BodyParser(),
        docs=ApiDocs(),
        docs_decorator=require_safe,
    )
    add_error_answers(api)
    api.add_router("", personas)
    api.add_router("", pals)
    api.add_router("", conversations)
    api.add_router("", callbacks)
    return api


def api_urls() -> list[URLPattern]:
    """Return the URL patterns below ``/v2/``."""
    patterns: list[URLPattern] = api.urls[0]  # type: ignore[assignment] # plain patterns, none nested
    for pattern in patterns:
        pattern.callback = nowhere if pattern.name == "api-root" else shaped(pattern.callback)
    return [*patterns, re_path(r"", nowhere, name="nowhere")]


api = make_api()
app_name = api.urls_namespace
urlpatterns = api_urls()
