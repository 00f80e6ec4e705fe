"""Middleware: the headers of every response, and responses to requests that no view may see."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from inspect import iscoroutinefunction
from typing import Any
from urllib.parse import unquote

from asgiref.sync import markcoroutinefunction
from django.db import DataError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware
from django.utils.deprecation import MiddlewareMixin

from dashboard.body_limits import NUL, Refusal
from dashboard.request_id import begin_request
from dashboard.views.errors import refused
from personas.row_limits import TooManyRowsError

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

API = "/v2/"

GetResponse = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


class ResponseHeadersMiddleware:
    """Adds headers to every response. Outermost, so that static files, error pages and the admin get them too."""

    sync_capable = False
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        markcoroutinefunction(self)

    async def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = begin_request()
        response = await self.get_response(request)
        response["X-Request-ID"] = request_id
        response.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        return response


class NulInFormMiddleware(MiddlewareMixin):
    """Answers 400 if a view passes a NUL from a form to the database: PostgreSQL can't store it.

    Form fields reject it themselves, with its place; this covers values that a view reads directly.
    """

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        if not isinstance(exception, DataError | ValueError):
            return None
        texts = (text for name, values in request.POST.lists() for text in (name, *values))
        return refused(request, NUL) if any("\0" in text for text in texts) else None


class TooManyRowsMiddleware(MiddlewareMixin):
    """Answers 409 if the most rows exist already, whichever page would have created another one."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        if not isinstance(exception, TooManyRowsError):
            return None
        return refused(request, Refusal(HTTPStatus.CONFLICT, exception.message))


@sync_and_async_middleware
def nul_in_address_middleware(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Refuse addresses with a NUL, which no database can look up. Innermost, so that no view sees them.

    The API itself reports NULs in its fields.
    """

    async def answer_async(request: HttpRequest) -> HttpResponseBase:
        return refused(request, NUL) if _has_nul(request) else await get_response(request)

    def answer(request: HttpRequest) -> HttpResponseBase:
        return refused(request, NUL) if _has_nul(request) else get_response(request)

    return answer_async if iscoroutinefunction(get_response) else answer


def _has_nul(request: HttpRequest) -> bool:
    if request.path.startswith(API):
        return False
    return "\0" in request.path + unquote(request.META.get("QUERY_STRING", ""))
