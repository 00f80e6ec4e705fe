"""Throttles sign-in after failures: how they are counted, and who is exempt."""

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.db.models import QuerySet, Sum
from django.http import HttpRequest

from dashboard import client_addresses

FAILURES_OF_AN_ADDRESS = 50
"""After this many failures within the cool-off, over all accounts, an IP address has to wait."""
FAILURES_AT_AN_ACCOUNT = 50
"""After this many over all IP addresses, an account accepts no password from addresses that never signed in to it."""


class SignInThrottle(AxesDatabaseHandler):
    """Counts failures by account and IP address, by IP address, and by account.

    An account under attack from many addresses stays open to those from which its owner signed in before, and to
    one-time links, so that no attacker can lock out the owner.
    """

    def get_failures(self, request: HttpRequest, credentials: dict[str, str] | None = None) -> int:
        if self._is_attacking(request, get_client_username(request, credentials) or ""):
            return int(settings.AXES_FAILURE_LIMIT)
        return int(super().get_failures(request, credentials))

    def _is_attacking(self, request: HttpRequest, username: str) -> bool:
        address = request.axes_ip_address  # type: ignore[attr-defined] # axes sets it
        since = request.axes_attempt_time - settings.AXES_COOLOFF_TIME  # type: ignore[attr-defined] # likewise
        recent = AccessAttempt.objects.filter(attempt_time__gte=since)
        if _failures(recent.filter(ip_address=address)) >= FAILURES_OF_AN_ADDRESS:
            return True
        if _failures(recent.filter(username=username)) < FAILURES_AT_AN_ACCOUNT:
            return False
        return not AccessLog.objects.filter(username=username, ip_address=address).exists()


def _failures(attempts: "QuerySet[AccessAttempt]") -> int:
    return attempts.aggregate(failures=Sum("failures_since_start"))["failures"] or 0


def client_address(request: HttpRequest) -> str | None:
    """Return the request's IP address, or None if it has none, as over a Unix socket."""
    peer, forwarded = request.META.get("REMOTE_ADDR") or "", request.META.get("HTTP_X_FORWARDED_FOR", "")
    return client_addresses.client_address(peer, forwarded, is_behind_proxy=settings.BEHIND_PROXY) or None
