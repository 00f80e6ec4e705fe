"""The home page: each persona's latest results, and what to do next."""

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dashboard.overview import overview_of


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    may_see = request.user.has_perm("personas.view_persona")
    return render(
        request, "dashboard/home.html", {"overview": overview_of(request.user) if may_see else None}
    )
