"""The API's documentation page: Swagger UI, served by this site under its own content security policy."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase


class ApiDocs(DocsBase):
    """Swagger UI in this site's frame; its settings are in an attribute, because the policy forbids inline scripts."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        return render(request, "dashboard/api_docs.html", {"openapi_url": self.get_openapi_url(api, kwargs)})
