"""The site's address: as configured, or as stored by the server that last ran in this data folder."""

import os

from django.conf import settings
from django.urls import reverse

from dashboard.models import SignInLink
from dashboard.people import find_person

_FILE = "site_url"


def remember_site_url() -> None:
    """Store the site's address for other commands, because the server's port may differ from the default."""
    (settings.DATA_DIR / _FILE).write_text(settings.SITE_URL + "\n")


def site_url() -> str:
    """Return the site's address without a trailing slash."""
    remembered = settings.DATA_DIR / _FILE
    if os.environ.get("SITE_URL") or not remembered.exists():
        return settings.SITE_URL
    return remembered.read_text().strip()


def sign_in_link(username: str = "") -> str:
    """Create a one-time link for the user, or for the first admin; return its address. Raises CommandError."""
    token = SignInLink.make_token(find_person(username))
    return site_url() + reverse("sign-in-link", args=[token])
