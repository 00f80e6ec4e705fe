"""Users of each role, for tests of permissions."""

from django.contrib.auth.models import User

from dashboard.roles import Role, give_role


def person(role: Role, username: str = "") -> User:
    """Create a user with the role's permissions only."""
    user = User.objects.create_user(username or f"the-{role.replace(' ', '-')}")
    give_role(user, role)
    return user
