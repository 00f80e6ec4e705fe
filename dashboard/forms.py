"""Forms for users: add one, change a role, change one's password."""

from typing import Any

from django import forms
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import User
from django.contrib.auth.validators import UnicodeUsernameValidator

from dashboard.roles import Role

ROLES = [
    (Role.VIEWER, "Viewer: reads personas and talks to them"),
    (Role.EDITOR, "Editor: also edits personas and fillers"),
    (Role.SECRET_MANAGER, "Secret manager: a viewer who also manages token secrets"),
    (Role.ADMIN, "Admin: everything, people and API keys too"),
]
USERNAME_CHARS = User._meta.get_field("username").max_length


class NewPersonForm(forms.Form):
    username = forms.CharField(
        label="User name",
        max_length=USERNAME_CHARS,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
        help_text="With this they sign in. Letters, digits and @ . + - _",
    )
    role = forms.ChoiceField(choices=ROLES, initial=Role.VIEWER)

    def clean_username(self) -> str:
        username: str = User.normalize_username(self.cleaned_data["username"])
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError("Someone has this user name already.")
        return username


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=ROLES)


class OwnPasswordForm(PasswordChangeForm):
    """Asks for the old password only if the user has one: users who signed in by a link have none."""

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        if not user.has_usable_password():
            del self.fields["old_password"]
