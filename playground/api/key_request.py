"""The type of a request to the API whose key was recognised."""

from typing import Any

from django.http import HttpRequest

from playground.realtime.rights import Credential


class KeyRequest(HttpRequest):
    """Has the attributes that authentication sets. Only a type: no request is made of it."""

    auth: Any
    """The key's user, a `dashboard.models.ApiUser`."""
    credential: Credential
    """Reads the user anew, for operations that wait."""
