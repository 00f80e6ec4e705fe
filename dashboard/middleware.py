"""What every answer carries, and the answer to a request whose body was not taken."""

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any

from asgiref.sync import markcoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from dashboard.body_limits import REFUSAL
from dashboard.request_id import begin_request
from dashboard.views.errors import refused

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


@sync_and_async_middleware
def refused_bodies(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """The innermost middleware: a refused request reaches no view, and its answer has the headers of every other."""

    async def answer_async(request: HttpRequest) -> HttpResponseBase:
        return _refusal_of(request) or await get_response(request)

    def answer(request: HttpRequest) -> HttpResponseBase:
        return _refusal_of(request) or get_response(request)

    return answer_async if iscoroutinefunction(get_response) else answer


def _refusal_of(request: HttpRequest) -> HttpResponseBase | None:
    refusal = getattr(request, "scope", {}).get(REFUSAL)
    return None if refusal is None else refused(request, refusal)
