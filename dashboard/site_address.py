"""Where the site is reached: as configured, or as the server that runs from this data folder last said."""

import os

from django.conf import settings
from django.urls import reverse

from dashboard.models import SignInLink
from dashboard.people import find_person

_FILE = "site_url"


def remember_site_url() -> None:
    """For commands that run beside the server, whose port may be another than they would guess."""
    (settings.DATA_DIR / _FILE).write_text(settings.SITE_URL + "\n")


def site_url() -> str:
    """Without a slash at the end."""
    remembered = settings.DATA_DIR / _FILE
    if os.environ.get("SITE_URL") or not remembered.exists():
        return settings.SITE_URL
    return remembered.read_text().strip()


def sign_in_link(username: str = "") -> str:
    """The address of a new one-time link for the user, or for the first admin. Raises CommandError."""
    token = SignInLink.make_token(find_person(username))
    return site_url() + reverse("sign-in-link", args=[token])
