"""The demo LLM over HTTP: chat completions and the list of models, as in OpenAI's API."""

import time
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from functools import wraps
from hmac import compare_digest
from http import HTTPStatus
from typing import Any

import orjson
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from playground.demo_llm.catalogue import MODELS, model_named
from playground.demo_llm.chat import read_request
from playground.demo_llm.completion import Completion
from playground.demo_llm.echo import ReceivedRequest
from playground.demo_llm.errors import ApiError, method_not_allowed, too_large, unknown_url, wrong_key
from playground.demo_llm.pace import paced_chunks, paced_whole

EVENT_STREAM = "text/event-stream; charset=utf-8"
MODELS_CREATED = 1_735_689_600
"""``created`` of every model, in seconds since 1970, because OpenAI's clients require a number."""

View = Callable[[HttpRequest], Coroutine[Any, Any, HttpResponseBase]]


def endpoint(method: str) -> Callable[[View], View]:
    """Decorate a view of the API: one method, the demo LLM's key in place of a session, errors in OpenAI's format."""

    def decorate(view: View) -> View:
        @csrf_exempt
        @login_not_required
        @wraps(view)
        async def answer(request: HttpRequest) -> HttpResponseBase:
            try:
                authenticate(request)
                if request.method != method:
                    raise method_not_allowed(str(request.method), method)
                return await view(request)
            except ApiError as error:
                return refusal(error, allowed=method)

        return answer

    return decorate


@endpoint("POST")
async def chat_completions(request: HttpRequest) -> HttpResponseBase:
    received = ReceivedRequest(
        method=str(request.method),
        path=request.path,
        headers=received_headers(request),
        body=body_of(request),
        secrets=(settings.DEMO_LLM_KEY,),
    )
    chat = read_request(received.body)
    model = model_named(chat.model)
    completion = Completion(
        id=f"chatcmpl-{uuid.uuid4().hex}",
        created=int(time.time()),
        request=chat,
        answer=model.answer(chat, received),
    )
    pace = model.pace.times(time_scale())
    if not chat.stream:
        return as_json(await paced_whole(completion, pace))
    response = StreamingHttpResponse(events(paced_chunks(completion, pace)), content_type=EVENT_STREAM)
    response["Cache-Control"] = "no-cache"
    response["X-Accel-Buffering"] = "no"
    return response


@endpoint("GET")
async def models(request: HttpRequest) -> HttpResponseBase:
    listed = [
        {"id": name, "object": "model", "created": MODELS_CREATED, "owned_by": "greenroom"} for name in MODELS
    ]
    return as_json({"object": "list", "data": listed})


@csrf_exempt
@login_not_required
async def unknown(request: HttpRequest, rest: str) -> HttpResponseBase:
    return refusal(unknown_url(str(request.method), request.path))


def time_scale() -> float:
    """Return the factor on all waits: tests set DEMO_LLM_TIME_SCALE to 0."""
    return float(getattr(settings, "DEMO_LLM_TIME_SCALE", 1))


def authenticate(request: HttpRequest) -> None:
    """Raise ApiError (401) unless the request has the demo LLM's key; without a configured key always."""
    scheme, _, given_key = request.headers.get("Authorization", "").partition(" ")
    key = settings.DEMO_LLM_KEY
    is_right = compare_digest(given_key.strip().encode(), key.encode())
    if not key or scheme.lower() != "bearer" or not is_right:
        raise wrong_key()


def body_of(request: HttpRequest) -> bytes:
    """Return the body. Raises ApiError (413) beyond Django's limit, which Django applies only to a declared length."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    try:
        body = request.body
    except RequestDataTooBig:
        raise too_large(limit) from None
    if limit and len(body) > limit:
        raise too_large(limit)
    return body


def received_headers(request: HttpRequest) -> tuple[tuple[str, str], ...]:
    """Return the headers as received: Django's own mapping drops those with an underscore."""
    if not isinstance(request, ASGIRequest):
        return tuple(request.headers.items())
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in request.scope["headers"]
    )


async def events(chunks: AsyncIterator[dict[str, Any]]) -> AsyncIterator[bytes]:
    """Yield chunks as server-sent events, then OpenAI's ``[DONE]``."""
    async for chunk in chunks:
        yield b"data: " + orjson.dumps(chunk) + b"\n\n"
    yield b"data: [DONE]\n\n"


def as_json(content: dict[str, Any], status: int = 200) -> HttpResponse:
    return HttpResponse(orjson.dumps(content), content_type="application/json", status=status)


def refusal(error: ApiError, *, allowed: str = "") -> HttpResponse:
    response = as_json(error.as_json(), status=int(error.status))
    if allowed and error.status == HTTPStatus.METHOD_NOT_ALLOWED:
        response["Allow"] = allowed
    if error.status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    return response
