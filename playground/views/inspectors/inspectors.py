"""Inspectors: the list, the form, the page of one with what it was sent, the deletion."""

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.middleware import HtmxDetails

from personas.row_limits import TooManyRowsError
from playground.access import (
    CHANGE_INSPECTOR,
    DELETE_INSPECTOR,
    MAKE_INSPECTOR,
    READ_INSPECTOR,
    USE_SECRETS,
    inspector_or_404,
    permitted,
    visible_inspectors,
)
from playground.inspectors.addresses import addresses_of, site_address
from playground.inspectors.bounds import INSPECTORS_OF_A_USER, may_make_another
from playground.inspectors.callers_key import new_callers_key
from playground.inspectors.request_list import RequestFilter, StatusFilter, methods_of, requests_of
from playground.inspectors.set_up import curl_to_try, settings_by_platform
from playground.models import Inspector
from playground.views.inspectors.forms import InspectorForm

INSPECTORS_ON_A_PAGE = 30
_LONGEST_NUMBER = 9
"""The digits of a request's number that are read from an address."""


@require_safe
def inspector_list(request: HttpRequest) -> HttpResponse:
    user = permitted(request, READ_INSPECTOR)
    inspectors = visible_inspectors(user).order_by("-created_at", "pk")
    page = Paginator(inspectors.values_list("pk", flat=True), INSPECTORS_ON_A_PAGE).get_page(
        request.GET.get("page", "1")
    )
    context = {
        "page": page,
        "inspectors": _with_requests(list(page.object_list)),
        "viewer": user,
        "retention_days": settings.RETENTION_DAYS,
    }
    return render(request, "inspectors/list.html", context)


def _with_requests(keys: list[str]) -> QuerySet[Inspector]:
    """Return the inspectors with these keys, the latest first, each with the number of requests that it keeps."""
    return (
        Inspector.objects.filter(pk__in=keys)
        .select_related("maker")
        .annotate(kept=Count("requests"), last_at=Max("requests__arrived_at"))
        .order_by("-created_at", "pk")
    )


@require_http_methods(["GET", "POST"])
def inspector_new(request: HttpRequest) -> HttpResponse:
    user = permitted(request, MAKE_INSPECTOR)
    if not may_make_another(user):
        raise TooManyRowsError(
            f"You have {INSPECTORS_OF_A_USER} inspectors, as many as one user may have. Delete one that nobody needs."
        )
    return _edit(request, InspectorForm(request.POST or None, user=user), user)


@require_http_methods(["GET", "POST"])
def inspector_edit(request: HttpRequest, inspector_id: str) -> HttpResponse:
    inspector = inspector_or_404(request, inspector_id, CHANGE_INSPECTOR)
    user = permitted(request)
    return _edit(request, InspectorForm(request.POST or None, instance=inspector, user=user), user)


def _edit(request: HttpRequest, form: InspectorForm, user: User) -> HttpResponse:
    is_new = form.instance._state.adding
    if request.method == "POST" and form.is_valid():
        inspector = form.save_by(user)
        messages.success(request, f"{inspector.name} {'listens now' if is_new else 'is saved'}.")
        return redirect("inspectors:detail", inspector.pk)
    context = {"form": form, "inspector": None if is_new else form.instance}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "inspectors/form.html", context, status=status)


@never_cache
@require_safe
def inspector_detail(request: HttpRequest, inspector_id: str) -> HttpResponse:
    """Show the inspector and its requests; for htmx the requests alone."""
    inspector = inspector_or_404(request, inspector_id, READ_INSPECTOR)
    filters = _request_filter(request)
    context = {
        "inspector": inspector,
        "filters": filters,
        "requests": requests_of(inspector, filters),
        "kept": inspector.requests.count(),
        "addresses": addresses_of(inspector),
        "is_waiting": inspector.last_number == 0,
        "settings_by_platform": settings_by_platform(inspector),
        "curl": curl_to_try(inspector),
    }
    if HtmxDetails(request):
        return render(request, "inspectors/_live.html", context)
    context |= {
        "methods": methods_of(inspector),
        "statuses": StatusFilter.choices,
        "socket_path": f"/ws/inspectors/{inspector.pk}/",
        "retention_days": settings.RETENTION_DAYS,
    }
    return render(request, "inspectors/detail.html", context)


def _request_filter(request: HttpRequest) -> RequestFilter:
    older = request.GET.get("older", "")
    return RequestFilter(
        text=request.GET.get("q", "").strip().replace("\0", ""),
        method=request.GET.get("method", "").replace("\0", ""),
        status=_status(request),
        conversation=_conversation(request),
        older_than=int(older) if older.isdecimal() and len(older) <= _LONGEST_NUMBER else None,
    )


def _status(request: HttpRequest) -> StatusFilter:
    """Return what the address asks for; like a number that is none, an unknown status filters nothing."""
    status = request.GET.get("status", "")
    return StatusFilter(status) if status in StatusFilter.values else StatusFilter.ANY


def _conversation(request: HttpRequest) -> str | None:
    conversation = request.GET.get("conversation")
    return None if conversation is None else conversation.replace("\0", "")


@require_http_methods(["GET", "POST"])
def inspector_delete(request: HttpRequest, inspector_id: str) -> HttpResponse:
    inspector = inspector_or_404(request, inspector_id, DELETE_INSPECTOR)
    if request.method == "POST":
        name = inspector.name
        inspector.delete()
        messages.success(request, f"{name} is deleted, with all that it was sent.")
        return redirect("inspectors:list")
    context = {"inspector": inspector, "count": inspector.requests.count()}
    return render(request, "inspectors/delete.html", context)


@require_POST
def inspector_keep(request: HttpRequest, inspector_id: str) -> HttpResponse:
    """Keep the inspector's requests from expiry and retention, or stop keeping them: ``keep`` is 1 or empty."""
    inspector = inspector_or_404(request, inspector_id, CHANGE_INSPECTOR)
    inspector.is_kept = bool(request.POST.get("keep"))
    inspector.save(update_fields=["is_kept", "updated_at"])
    messages.success(
        request, f"{inspector.name} is kept." if inspector.is_kept else f"{inspector.name} is no longer kept."
    )
    return redirect("inspectors:detail", inspector.pk)


@never_cache
@require_POST
def inspector_key(request: HttpRequest, inspector_id: str) -> HttpResponse:
    """Make a new key for callers, which replaces the one before, and show it this once."""
    permitted(request, USE_SECRETS)
    inspector = inspector_or_404(request, inspector_id, CHANGE_INSPECTOR)
    key, inspector.callers_key_digest = new_callers_key()
    inspector.save(update_fields=["callers_key_digest", "updated_at"])
    return render(request, "inspectors/key_made.html", {"inspector": inspector, "shown_once": key})


@require_safe
def public_address(request: HttpRequest) -> HttpResponse:
    """Say how a platform reaches this machine."""
    permitted(request, READ_INSPECTOR)
    return render(request, "inspectors/public_address.html", {"site": site_address()})
