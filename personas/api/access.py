"""The user of the API key, and the user's permissions."""

from django.contrib.auth.models import User
from django.http import HttpRequest

from personas.api.errors import ApiError

ID_CHARS = 32


def permitted(request: HttpRequest, permission: str) -> User:
    """Return the key's user.

    Raises ApiError (403) without the permission (``app_label.codename``).
    """
    user = getattr(request, "auth", None)
    if not isinstance(user, User) or not user.has_perm(permission):
        raise ApiError(403, f"This key may not do that: it lacks the right {permission}.")
    return user


def may_be_id(text: str) -> bool:
    """Whether a text can be a row's id at all. If not, the database isn't queried."""
    return text.isascii() and text.isalnum() and len(text) <= ID_CHARS
