"""The error pages: what happened, what to do, and the request's id in the log."""

import sys
from functools import lru_cache
from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import escape
from django.views.decorators.csrf import requires_csrf_token

from dashboard.body_limits import Refusal
from dashboard.request_id import current_request_id
from personas.api.errors import ApiError
from playground.demo_llm.errors import ApiError as DemoLLMError
from playground.demo_llm.views import refusal as demo_llm_refusal
from playground.storage.database_trouble import RETRY_AFTER_S, trouble_of

ID_PLACEHOLDER = "ID-STANDS-HERE"
"""Stands for the request's id in a page that is kept."""
CACHED_PAGES = 64
"""For how many refusals a process keeps their pages."""


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page("400", status=400)


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "dashboard/errors/403.html", _context(), status=403)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "dashboard/errors/404.html", _context(), status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for whatever failed, a view or a middleware; Django calls this while it handles the exception."""
    trouble = trouble_of(sys.exception())
    if trouble is None:
        return _page("500", status=500)
    return refused(request, Refusal(HTTPStatus.SERVICE_UNAVAILABLE, trouble, RETRY_AFTER_S))


@login_not_required
@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "dashboard/errors/403_csrf.html", _context(), status=403)


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return the response to a refused request: JSON, a page, or a part of one for htmx. The connection closes."""
    if request.path.startswith("/v2/"):
        response: HttpResponse = JsonResponse(
            ApiError(refusal.status, refusal.message).as_json(), status=refusal.status
        )
    elif request.path.startswith("/demo/v1/"):
        response = demo_llm_refusal(DemoLLMError(refusal.status, refusal.message, code="request_refused"))
    else:
        name = "_refused" if "HX-Request" in request.headers else "refused"
        page = _refused_page(name, refusal).replace(ID_PLACEHOLDER, escape(current_request_id()))
        response = HttpResponse(page, status=refusal.status)
    response["Connection"] = "close"
    if refusal.retry_after_s is not None:
        response["Retry-After"] = str(refusal.retry_after_s)
    return response


@lru_cache(CACHED_PAGES)
def _refused_page(name: str, refusal: Refusal) -> str:
    """Return the page for any request; hundreds may be refused at once, for the same reason."""
    context = {"request_id": ID_PLACEHOLDER, "refusal": refusal}
    return render_to_string(f"dashboard/errors/{name}.html", context)


def _page(name: str, *, status: int) -> HttpResponse:
    """Return a page that uses neither the request nor the database, since either may be the cause of the error."""
    return HttpResponse(render_to_string(f"dashboard/errors/{name}.html", _context()), status=status)


def _context() -> dict[str, str]:
    return {"request_id": current_request_id()}
