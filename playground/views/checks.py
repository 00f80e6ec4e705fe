"""What every check of a connection shares: how many a user may begin, and how its findings are shown."""

from asgiref.sync import sync_to_async
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.middleware import HtmxDetails

from playground.connection_check import PreparedCheck, observe
from playground.engine.connection_check import CheckNote, Grade, check_notes

CHECKS = 10
PER_S = 60
"""The period of the limit on a user's checks, in s: enough for setting up, too few to scan a network."""

_TOO_MANY = f"At most {CHECKS} checks a minute: wait a moment, then try again."


async def findings_of(request: HttpRequest, prepared: PreparedCheck | list[CheckNote]) -> HttpResponse:
    """Send what was prepared and show the notes on it, or those on why nothing is sent; for htmx as a fragment."""
    notes = prepared if isinstance(prepared, list) else check_notes(await observe(prepared))
    template = "playground/_findings.html" if HtmxDetails(request) else "playground/connection_check.html"
    return await sync_to_async(render)(request, template, {"notes": notes})


def too_many(user_id: int) -> list[CheckNote]:
    """Count a check of the user; return the note that refuses it, if there were too many."""
    key = f"connection-checks-{user_id}"
    cache.add(key, 0, timeout=PER_S)
    try:
        is_allowed = cache.incr(key) <= CHECKS
    except ValueError:
        is_allowed = True
    return [] if is_allowed else [CheckNote(Grade.WARNING, "Not sent", _TOO_MANY)]


def not_sent(label: object, sentence: object) -> CheckNote:
    return CheckNote(Grade.BAD, "Not sent", f"{label}: {sentence}")
