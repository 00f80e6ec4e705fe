"""Who calls: the user of the API key, and whether that user may."""

from django.contrib.auth.models import User
from django.http import HttpRequest

from personas.api.errors import ApiError

ID_CHARS = 32


def permitted(request: HttpRequest, permission: str) -> User:
    """The user whom the key speaks for. Raises ApiError (403) for one without the right (``app_label.codename``)."""
    user = getattr(request, "auth", None)
    if not isinstance(user, User) or not user.has_perm(permission):
        raise ApiError(403, f"This key may not do that: it lacks the right {permission}.")
    return user


def may_be_id(text: str) -> bool:
    """Whether a text can be the id of a row at all; what cannot is asked of no database."""
    return text.isascii() and text.isalnum() and len(text) <= ID_CHARS
