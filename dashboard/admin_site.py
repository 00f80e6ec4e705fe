"""Django's admin for this site: access by permission alone, sign-in on the site's own page."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.views.main import SEARCH_VAR
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


_PATTERNS = ("__regex", "__iregex")
"""Lookups that are refused: a pattern can run for ever, and SQLite evaluates it in this process."""

SEARCH_WORDS = 20
"""The most words of a search: each is matched against every field, and PostgreSQL plans 500 of them for 30 s."""


class GreenroomAdminSite(AdminSite):
    """An admin site open to every user with a permission for one of its models; ``is_staff`` is ignored."""

    site_header = site_title = "Greenroom"
    index_title = "Admin"

    def has_permission(self, request: HttpRequest) -> bool:
        if not request.user.is_active:
            return False
        return any(any(model.get_model_perms(request).values()) for model in self._registry.values())

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Raise PermissionDenied for signed-in users without permissions: another sign-in wouldn't help."""
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            if any(name.endswith(_PATTERNS) for name in request.GET):
                raise BadRequest("A list of the admin is not searched by regular expressions.")
            if len(request.GET.get(SEARCH_VAR, "").split()) > SEARCH_WORDS:
                raise BadRequest(f"A list of the admin is searched for {SEARCH_WORDS} words at most.")
            try:
                return guarded(request, *args, **kwargs)
            except (OverflowError, DataError):
                if not request.GET:
                    raise
                raise BadRequest("A filter has a value that fits no field.") from None

        return cast(View, inner)

    @method_decorator(never_cache)
    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Redirect to the site's own sign-in and back."""
        index = reverse("admin:index", current_app=self.name)
        # The sign-in view validates the redirect target.
        return redirect_to_login(request.GET.get("next") or index, resolve_url(settings.LOGIN_URL))
