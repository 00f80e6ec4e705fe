"""Users: the first admin, look-up by name, and an admin's actions on an account."""

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.management.base import CommandError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from dashboard.roles import Role, give_role


def ensure_first_admin() -> User | None:
    """Create the superuser ``admin``, without a password (links sign it in); return None if a superuser exists."""
    if User.objects.filter(is_superuser=True).exists():
        return None
    admin, _made = User.objects.get_or_create(username="admin")
    admin.is_staff = admin.is_superuser = admin.is_active = True
    if not admin.password:
        admin.set_unusable_password()
    admin.save()
    return admin


def find_person(username: str) -> User:
    """Return the active user of that name; without a name the first admin. Raises CommandError with advice."""
    active = User.objects.filter(is_active=True)
    if username:
        person = active.filter(username=username).first()
        if person is None:
            raise CommandError(
                f"There is no active user {username!r}. People are added in the app, under People."
            )
        return person
    admin = active.filter(is_superuser=True).order_by("pk").first()
    if admin is None:
        raise CommandError(
            "There is no active admin yet: `make run` makes one, as does manage.py createsuperuser."
        )
    return admin


def add_person(username: str, role: Role) -> User:
    """Create a user without a password: an invitation lets them set one."""
    with transaction.atomic():
        person = User.objects.create_user(username)
        give_role(person, role)
    return person


def invitation_link(person: User) -> str:
    """Return a one-time address for setting a password; a new password or a sign-in invalidates it."""
    uid = urlsafe_base64_encode(force_bytes(person.pk))
    token = default_token_generator.make_token(person)
    return settings.SITE_URL + reverse("invitation", args=[uid, token])


def change_role(person: User, role: Role) -> None:
    """Give the user this role; any role but admin ends superuser status."""
    with transaction.atomic():
        if role is not Role.ADMIN:
            person.is_superuser = person.is_staff = False
            person.save(update_fields=["is_superuser", "is_staff"])
        give_role(person, role)


def deactivate(person: User) -> None:
    """Deactivate the user; permanently revoke sessions, password, invitations and API keys."""
    with transaction.atomic():
        person.is_active = False
        person.set_unusable_password()
        person.save(update_fields=["is_active", "password"])
        person.api_keys.filter(revoked_at=None).update(revoked_at=timezone.now())


def activate(person: User) -> None:
    """Reactivate the user, who needs a new invitation."""
    person.is_active = True
    person.save(update_fields=["is_active"])
