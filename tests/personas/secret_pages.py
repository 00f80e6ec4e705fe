"""The admin's pages of token secrets, as the tests open and fill them."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from personas.models import TokenSecret

LIST = reverse("admin:personas_tokensecret_changelist")
ADD = reverse("admin:personas_tokensecret_add")


def page_of(secret: TokenSecret, page: str = "change") -> str:
    return reverse(f"admin:personas_tokensecret_{page}", args=[secret.pk])


def typed(**fields: Any) -> dict[str, Any]:
    """Return what the form sends; a check box that isn't ticked sends nothing."""
    return {"name": "MY_TOKEN", "allowed_hosts": "", "value": ""} | fields


def errors_of(response: Any) -> dict[str, list[str]]:
    assert response.status_code == 200, "the form was saved"
    errors: dict[str, list[str]] = response.context["adminform"].form.errors
    return errors


def html_of(response: Any) -> str:
    assert isinstance(response, HttpResponse)
    return response.content.decode()
