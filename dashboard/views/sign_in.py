"""Sign-in: by password, or by a one-time link from the command line."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from dashboard.models import SignInLink


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    template_name = "dashboard/sign_in.html"
    redirect_authenticated_user = True

    def get_redirect_url(self) -> str:  # type: ignore[override] # the stubs have another argument
        """Return ``next``; empty if it leads back here, which would redirect for ever."""
        address = super().get_redirect_url()
        return "" if urlsplit(address).path == self.request.path else address


@login_not_required
def slowed_down(request: HttpRequest, *_from_axes: object) -> HttpResponse:
    """Return the response to throttled users; it doesn't reveal whether the user exists."""
    wait_s = int(settings.AXES_COOLOFF_TIME.total_seconds())
    answer = render(request, "dashboard/sign_in_slowed.html", {"minutes": wait_s // 60}, status=429)
    answer.headers["Retry-After"] = str(wait_s)
    return answer


@login_not_required
@never_cache
@require_GET
def sign_in_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in the link's user; ``login`` gives the session a new key."""
    user = SignInLink.redeem(token)
    if user is not None:
        login(request, user, backend=settings.SIGN_IN_BACKEND)
        return redirect("home")
    if request.user.is_authenticated:
        return redirect("home")
    return render(request, "dashboard/sign_in_link_used.html", status=410)
