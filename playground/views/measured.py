"""A fragment of a filler config's page: how often the filler would have played in the user's own turns."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from personas.models import FillerConfig
from playground.access import READ, permitted
from playground.storage.measured_turns import MOST_TURNS, measured_turns


@never_cache
@require_safe
def measured_filler(request: HttpRequest, pk: int) -> HttpResponse:
    user = permitted(request, READ, "personas.view_fillerconfig")
    config = get_object_or_404(FillerConfig, pk=pk)
    measured = measured_turns(config, user, delay_ms=config.activation_delay_ms)
    context = {"config": config, "measured": measured, "most": MOST_TURNS}
    return render(request, "playground/_measured_filler.html", context)
