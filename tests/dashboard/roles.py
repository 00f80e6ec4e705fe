"""People of each role, for the tests of what they may do."""

from django.contrib.auth.models import User

from dashboard.roles import Role, give_role


def person(role: Role, username: str = "") -> User:
    """A new user of the role, without any right beside it."""
    user = User.objects.create_user(username or f"the-{role.replace(' ', '-')}")
    give_role(user, role)
    return user
