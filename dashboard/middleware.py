"""What every answer carries: a request id and the content security policy."""

from collections.abc import Awaitable, Callable

from asgiref.sync import markcoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from dashboard.request_id import begin_request

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
