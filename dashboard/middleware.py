"""What every answer carries, and what is answered to a request that no view is to see."""

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

from dashboard.body_limits import NUL, REFUSAL, Refusal
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


class EveryAnswer:
    """The outermost middleware: static files, error pages and the admin get the headers as well."""

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


class NulInForms(MiddlewareMixin):
    """Answers 400 where a view gave the database a NUL of a form, for which PostgreSQL has no place.

    Fields of a form refuse it themselves and say where it stands; this is for what a view reads past them.
    """

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        if not isinstance(exception, DataError | ValueError):
            return None
        texts = (text for name, values in request.POST.lists() for text in (name, *values))
        return refused(request, NUL) if any("\0" in text for text in texts) else None


class TooManyRows(MiddlewareMixin):
    """Answers 409 where there are as many rows as may be, whichever page would have made another one."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        if not isinstance(exception, TooManyRowsError):
            return None
        return refused(request, Refusal(HTTPStatus.CONFLICT, exception.message))


@sync_and_async_middleware
def refusals(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """The innermost middleware: a refused request reaches no view, and its answer has the headers of every other."""

    async def answer_async(request: HttpRequest) -> HttpResponseBase:
        return _refusal_of(request) or await get_response(request)

    def answer(request: HttpRequest) -> HttpResponseBase:
        return _refusal_of(request) or get_response(request)

    return answer_async if iscoroutinefunction(get_response) else answer


def _refusal_of(request: HttpRequest) -> HttpResponseBase | None:
    """For a body that was not taken, or an address with a NUL, which no database has.

    The API says itself which of its fields holds the NUL.
    """
    refusal = getattr(request, "scope", {}).get(REFUSAL)
    if refusal is None and not request.path.startswith(API) and "\0" in _address(request):
        refusal = NUL
    return None if refusal is None else refused(request, refusal)


def _address(request: HttpRequest) -> str:
    return request.path + unquote(request.META.get("QUERY_STRING", ""))
