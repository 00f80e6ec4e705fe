"""Django's middleware on the event loop: a thread only for what may block.

Under ASGI Django runs every synchronous hook in a thread. A request then changes threads some fifteen times, and waits
each time for a busy event loop and for the interpreter's lock.
"""

from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.middleware import AuthenticationMiddleware, LoginRequiredMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.security import SecurityMiddleware
from django.utils.deprecation import MiddlewareMixin

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""The methods for which Django's CSRF check reads no form."""


class OnLoop(MiddlewareMixin):
    """Calls ``process_request`` and ``process_response`` on the event loop, unless ``may_block`` says otherwise."""

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase | None = None
        if hasattr(self, "process_request"):
            response = self.process_request(request)
        if response is None:
            response = await self.get_response(request)  # type: ignore[misc] # here it is a coroutine
        if not hasattr(self, "process_response"):
            return response
        process: Callable[[HttpRequest, HttpResponseBase], HttpResponseBase] = self.process_response
        if self.may_block(request):
            return await sync_to_async(process)(request, response)
        return process(request, response)

    def may_block(self, request: HttpRequest) -> bool:
        """Whether ``process_response`` may use the database."""
        return False


class Security(OnLoop, SecurityMiddleware):
    pass


class Session(OnLoop, SessionMiddleware):
    def may_block(self, request: HttpRequest) -> bool:
        """A modified session is stored."""
        return request.session.modified


class Common(OnLoop, CommonMiddleware):
    pass


class Csrf(OnLoop, CsrfViewMiddleware):
    sync_capable = False

    async def process_view(  # type: ignore[override] # Django adapts either kind
        self,
        request: HttpRequest,
        callback: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """Check an unsafe request in a thread, because its form is parsed."""
        check = super().process_view
        if request.method in SAFE_METHODS:
            return check(request, callback, args, kwargs)
        return await sync_to_async(check)(request, callback, args, kwargs)


class Authentication(OnLoop, AuthenticationMiddleware):
    """The user is loaded by whoever asks for it first."""


class LoginRequired(OnLoop, LoginRequiredMiddleware):
    sync_capable = False

    async def process_view(  # type: ignore[override] # Django adapts either kind
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Load the user in a thread, and only for a view that needs one."""
        if not getattr(view, "login_required", True):
            return None
        return await sync_to_async(super().process_view)(request, view, args, kwargs)


class Messages(OnLoop, MessageMiddleware):
    def may_block(self, request: HttpRequest) -> bool:
        """Messages that were read or added change the session."""
        messages = getattr(request, "_messages", None)
        return messages is not None and (messages.used or messages.added_new)


class XFrameOptions(OnLoop, XFrameOptionsMiddleware):
    pass
