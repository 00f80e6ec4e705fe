"""Authenticates sockets: by session, or by an ``x-api-key`` header."""

import hashlib
import logging
from collections.abc import Iterable
from functools import partial
from typing import Any

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable
from channels.security.websocket import WebsocketDenier
from channels.sessions import CookieMiddleware
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from dashboard.api_keys import user_for_key
from dashboard.models.api_key import PREFIX_CHARS
from playground.failures import log_failure
from playground.realtime.close_codes import CloseCode
from playground.realtime.presented_key import presented_key
from playground.realtime.rights import Credential, CurrentUser, SocketCredential, is_known
from playground.realtime.socket_shares import shares
from playground.storage.database_jobs import database_job

logger = logging.getLogger(__name__)

Scope = Any
"""An ASGI scope with the cookies from `CookieMiddleware`."""


class SocketUsers:
    """Adds ``scope["credential"]``, from which the current user is read.

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
        credential = _of_session(session_key) if key is None else credential_of_key(key)
        try:
            is_from_elsewhere = await self._is_from_elsewhere(_values(scope, b"origin"), credential)
        except Exception as error:
            log_failure(logger, error, doing="checking a socket's key")
            await _accept_and_close(receive, send)
            return
        if is_from_elsewhere:
            await WebsocketDenier()(scope, receive, send)
            return
        presented_key.set(key[:PREFIX_CHARS] if key else "")
        await self._application({**scope, "credential": credential}, receive, send)

    async def _is_from_elsewhere(self, origins: list[bytes], credential: Credential) -> bool:
        if origins:
            return not self._own_origins.issuperset(origins)
        return credential.kind is SocketCredential.SESSION or not await database_job(is_known)(credential)


async def _accept_and_close(receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Tell a client to connect again; a close code reaches it only on an accepted socket."""
    await receive()
    await send({"type": "websocket.accept", "subprotocol": None, "headers": []})
    await send({"type": "websocket.close", "code": int(CloseCode.FAILED), "reason": None})


def with_users(application: Any, own_origins: Iterable[str]) -> CookieMiddleware:
    """Wrap the application in `CookieMiddleware` and `SocketUsers`."""
    return CookieMiddleware(SocketUsers(application, own_origins))


def _of_session(session_key: str | None) -> Credential:
    read_user = partial(user_of_session, session_key)
    return Credential(SocketCredential.SESSION, _digest("session", session_key or ""), read_user)


def credential_of_key(key: str) -> Credential:
    """Return the credential of whoever presents this key, usable or not."""
    return Credential(SocketCredential.KEY, _digest("key", key), partial(user_of_key, key))


def _digest(kind: str, secret: str) -> str:
    return hashlib.sha256(f"{kind} {secret}".encode()).hexdigest()


def user_of_key(key: str) -> CurrentUser | None:
    """Return the key's user; None if the key isn't usable or its user was deactivated."""
    user = user_for_key(key)
    return None if user is None else CurrentUser(user, user.api_key.expires_at)


def user_of_session(session_key: str | None) -> CurrentUser | None:
    """Return the session's user; None if signed out or deactivated, or after a new password.

    Read-only: `django.contrib.auth.get_user` may give the session a new key, and a socket can't send it to the
    browser.
    """
    stored = Session.objects.filter(session_key=session_key, expire_date__gt=timezone.now()).first()
    if stored is None:
        return None
    session = stored.get_decoded()
    user_id = session.get(SESSION_KEY)
    user = None if user_id is None else User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return None
    signed_in_with = session.get(HASH_SESSION_KEY, "")
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    if not any(constant_time_compare(signed_in_with, current) for current in hashes):
        return None
    return CurrentUser(user, stored.expire_date)


def _values(scope: Scope, name: bytes) -> list[bytes]:
    return [value for header, value in scope["headers"] if header == name]
