"""The error pages: what happened, what to do, and the id under which the log has it."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.csrf import requires_csrf_token

from dashboard.request_id import current_request_id


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
    return _page("500", status=500)


@login_not_required
@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "dashboard/errors/403_csrf.html", _context(), status=403)


def _page(name: str, *, status: int) -> HttpResponse:
    """A page that asks neither the request nor the database for anything: they may be what is broken."""
    return HttpResponse(render_to_string(f"dashboard/errors/{name}.html", _context()), status=status)


def _context() -> dict[str, str]:
    return {"request_id": current_request_id()}
