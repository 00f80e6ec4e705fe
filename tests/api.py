"""A client of the HTTP API: a key for a person, and the paths that every test of it uses."""

from typing import Any

from django.contrib.auth.models import User
from django.test import AsyncClient, Client

from dashboard.api_keys import make_key
from dashboard.roles import Role, group_of

PERSONAS = "/v2/personas"
CONVERSATIONS = "/v2/conversations"


def key_for(user: User, role: Role = Role.ADMIN) -> str:
    return make_key("test", user=user, role=group_of(role))[1]


def api_client(user: User, role: Role = Role.ADMIN) -> Client:
    """Presents a key of the user's; it sends and keeps no cookie that matters."""
    return Client(headers={"x-api-key": key_for(user, role)})


class AsyncApiClient(AsyncClient):
    """The same for a test that waits. (Django's own takes default headers, and sends none of them.)"""

    def __init__(self, key: str) -> None:
        super().__init__()
        self._key = key

    def generic(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["headers"] = {"x-api-key": self._key}
        return super().generic(*args, **kwargs)
