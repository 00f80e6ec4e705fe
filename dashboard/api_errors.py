"""The API's error responses: JSON in Tavus' shapes, whether a router, ninja or Django refused."""

import logging
from collections.abc import Awaitable, Callable
from functools import wraps
from http import HTTPStatus
from inspect import iscoroutinefunction
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from personas.api.bodies import too_large
from personas.api.errors import INVALID_TOKEN, ApiError, bad_request
from personas.row_limits import TooManyRowsError
from playground.engine.errors.codes import Code, CommandError
from playground.failures import log_failure
from playground.storage.database_trouble import RETRY_AFTER_S, trouble_of

logger = logging.getLogger(__name__)

View = Callable[..., Any]

INTERNAL = "Greenroom itself failed with this request. Try again."
NOT_FOUND = "Not Found"
METHOD_NOT_ALLOWED = "Method Not Allowed"
_SENTENCES = {
    "model_type": "This is not a JSON object: { … }.",
    "dict_type": "This is not a JSON object: { … }.",
    "missing": "This is missing.",
}
"""Messages by pydantic's error type, if its own message names a class of ours or is too vague."""
_STATUS_OF_CODES = {Code.BAD_MESSAGE: 400, Code.FORBIDDEN: 403, Code.BUSY: 409, Code.INTERNAL: 500}


def answer(error: ApiError) -> HttpResponse:
    response = JsonResponse(error.as_json(), status=error.status)
    if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = str(RETRY_AFTER_S)
    return response


def add_error_answers(api: NinjaAPI) -> None:
    """Register handlers for all exceptions of operations."""

    @api.exception_handler(ApiError)
    def refused(request: HttpRequest, error: ApiError) -> HttpResponse:
        return answer(error)

    @api.exception_handler(CommandError)
    def not_now(request: HttpRequest, error: CommandError) -> HttpResponse:
        is_for_later = error.retry_after_ms is not None
        return answer(ApiError(503 if is_for_later else _STATUS_OF_CODES.get(error.code, 400), error.message))

    @api.exception_handler(TooManyRowsError)
    def too_many_rows(request: HttpRequest, error: TooManyRowsError) -> HttpResponse:
        return answer(ApiError(400, error.message))

    @api.exception_handler(AuthenticationError)
    def unknown_key(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return answer(ApiError(401, INVALID_TOKEN))

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        return answer(_first_problem(error))

    @api.exception_handler(RequestDataTooBig)
    def too_much(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
        return answer(too_large())

    @api.exception_handler(HttpError)
    def refused_by_ninja(request: HttpRequest, error: HttpError) -> HttpResponse:
        # ninja wraps its parser's exceptions.
        if isinstance(error.__cause__, ApiError):
            return answer(error.__cause__)
        return answer(ApiError(error.status_code, error.message))

    @api.exception_handler(Exception)
    def failed(request: HttpRequest, error: Exception) -> HttpResponse:
        log_failure(logger, error, path=request.path)
        trouble = trouble_of(error)
        return answer(ApiError(500, INTERNAL) if trouble is None else ApiError(503, trouble))


def _first_problem(error: ValidationError) -> ApiError:
    """Return the error of the first invalid value, by its path; pydantic's location begins with source and argument."""
    problem = error.errors[0]
    source, *steps = problem["loc"]
    if source == "body":
        steps = steps[1:]
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")
    sentence = _SENTENCES.get(problem["type"]) or str(problem["msg"]).removeprefix("Value error, ")
    return bad_request(sentence, path)


def shaped(view: View) -> View:
    """Decorate a view of the API: key authentication only, and JSON also for ninja's text and Django's HTML errors."""
    if iscoroutinefunction(view):
        asynchronous = cast("Callable[..., Awaitable[HttpResponseBase]]", view)

        @wraps(view)
        async def shaped_async(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return _shape(await asynchronous(request, *args, **kwargs))

        return login_not_required(shaped_async)

    @wraps(view)
    def shaped_sync(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return _shape(view(request, *args, **kwargs))

    return login_not_required(shaped_sync)


def _shape(response: HttpResponseBase) -> HttpResponseBase:
    if response.status_code != 405:
        return response
    refused = answer(ApiError(405, METHOD_NOT_ALLOWED))
    refused["Allow"] = response["Allow"]
    return refused


@csrf_exempt  # scripts have no CSRF token and should get the 404
@login_not_required
def nowhere(request: HttpRequest) -> HttpResponse:
    """Answer 404 for unknown addresses below ``/v2/``."""
    return answer(ApiError(404, NOT_FOUND))
