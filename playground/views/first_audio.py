"""Fills the first-audio column of a list of personas, for htmx, with the medians of the user's own turns."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from playground.access import READ, permitted
from playground.storage.first_audio import first_audio_medians

MOST_PERSONAS = 50
MAX_ID_CHARS = 32


@never_cache
@require_safe
def first_audio(request: HttpRequest) -> HttpResponse:
    """Show the median for each of ``?ids=``, separated by commas, out of band."""
    user = permitted(request, READ, "personas.view_persona")
    ids = [
        each for each in request.GET.get("ids", "").split(",") if each.isalnum() and len(each) <= MAX_ID_CHARS
    ]
    medians = first_audio_medians(user, ids[:MOST_PERSONAS])
    return render(request, "playground/_first_audio.html", {"medians": medians.items()})
