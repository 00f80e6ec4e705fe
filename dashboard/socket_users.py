"""Authenticates sockets: by session, or by an ``x-api-key`` header."""

from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from typing import Any

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable
from channels.security.websocket import WebsocketDenier
from channels.sessions import CookieMiddleware
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.utils.crypto import constant_time_compare

from dashboard.api_keys import user_for_key
from dashboard.models.api_key import PREFIX_CHARS
from playground.realtime.presented_key import presented_key
from playground.realtime.rights import SocketCredential
from playground.realtime.socket_shares import shares
from playground.storage.database_jobs import database_job

Scope = Any
"""An ASGI scope with the cookies from `CookieMiddleware`."""


class SocketUsers:
    """Adds ``scope["read_user"]``, which reads the current user on every call, and ``scope["came_in_by"]``.

    The Origin, if present, must be one of this site's own, and may be missing only with a valid key: else another
    site's page could open a socket with its visitor's cookies. A presented key is decisive: an invalid one does not
    fall back to the session.
    """

    def __init__(self, application: Any, own_origins: Iterable[str]) -> None:
        self._application = application
        self._own_origins = {origin.encode() for origin in own_origins}

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        keys = _values(scope, b"x-api-key")
        key = keys[0].decode("latin-1") if keys else None
        session_key = scope["cookies"].get(settings.SESSION_COOKIE_NAME)
        with shares.held(("credential", key or session_key)):
            await self._let_in(scope, receive, send, key, session_key)

    async def _let_in(
        self,
        scope: Scope,
        receive: ASGIReceiveCallable,
        send: ASGISendCallable,
        key: str | None,
        session_key: str | None,
    ) -> None:
        if await self._is_from_elsewhere(_values(scope, b"origin"), key):
            await WebsocketDenier()(scope, receive, send)
            return
        by_session, by_key = partial(user_of_session, session_key), partial(user_for_key, key or "")
        read_user: Callable[[], User | None] = by_session if key is None else by_key
        credential = SocketCredential.SESSION if key is None else SocketCredential.KEY
        presented_key.set(key[:PREFIX_CHARS] if key else "")
        await self._application({**scope, "read_user": read_user, "came_in_by": credential}, receive, send)

    async def _is_from_elsewhere(self, origins: list[bytes], key: str | None) -> bool:
        if origins:
            return not self._own_origins.issuperset(origins)
        return key is None or await database_job(user_for_key)(key) is None


def with_users(application: Any, own_origins: Iterable[str]) -> CookieMiddleware:
    """Wrap the application in `CookieMiddleware` and `SocketUsers`."""
    return CookieMiddleware(SocketUsers(application, own_origins))


def user_of_session(session_key: str | None) -> User | None:
    """Return the session's user; None if signed out or deactivated, or after a new password.

    Read-only: `django.contrib.auth.get_user` may give the session a new key, and a socket can't send it to the
    browser.
    """
    session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = User.objects.filter(pk=session.get(SESSION_KEY), is_active=True).first()
    if user is None:
        return None
    signed_in_with = session.get(HASH_SESSION_KEY, "")
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return user if any(constant_time_compare(signed_in_with, current) for current in hashes) else None


def _values(scope: Scope, name: bytes) -> list[bytes]:
    return [value for header, value in scope["headers"] if header == name]
