"""The user's own account: sets the first password by an invitation, and changes it."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordChangeView, PasswordResetConfirmView
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator

from dashboard.forms import OwnPasswordForm
from dashboard.roles import role_of


class Account(PasswordChangeView):
    """Shows the account and changes the password, which ends all other sessions and their sockets."""

    form_class = OwnPasswordForm
    template_name = "dashboard/account.html"
    success_url = reverse_lazy("account")

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        assert isinstance(self.request.user, User)
        return super().get_context_data(**kwargs) | {"role": role_of(self.request.user)}

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        messages.success(self.request, "The password is changed. All your other sessions have ended.")
        return super().form_valid(form)


@method_decorator(login_not_required, name="dispatch")
class Invitation(PasswordResetConfirmView):
    """Sets the invited user's password and signs them in; works once, for a week."""

    template_name = "dashboard/invitation.html"
    success_url = reverse_lazy("home")
    post_reset_login = True
    post_reset_login_backend = settings.SIGN_IN_BACKEND

    def get_user(self, uidb64: str) -> User | None:
        user = super().get_user(uidb64)
        return user if isinstance(user, User) and user.is_active else None

    def render_to_response(self, context: dict[str, object], **kwargs: object) -> HttpResponse:
        return super().render_to_response(context, status=200 if self.validlink else 410, **kwargs)
