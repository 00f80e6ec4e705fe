"""What the command palette finds, as JSON for static/js/palette.js."""

from dataclasses import asdict

from django.contrib.auth.models import User
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dashboard.palette import search


@never_cache
@require_safe
def palette(request: HttpRequest) -> JsonResponse:
    """Return ``{"groups": [{"name", "items": [{"label", "note", "href"}]}]}`` for ``?q=``, none empty."""
    assert isinstance(request.user, User)
    groups = search(request.user, request.GET.get("q", ""))
    return JsonResponse(
        {
            "groups": [
                {"name": name, "items": [asdict(item) for item in items]}
                for name, items in groups.items()
                if items
            ]
        }
    )
