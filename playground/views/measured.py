"""A fragment of a filler config's page: how often the filler would have played in the user's own turns."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from personas.delays import LONGEST_ACTIVATION_DELAY_MS
from personas.models import FillerConfig
from playground.access import READ, permitted
from playground.storage.measured_turns import MOST_TURNS, measured_turns


@never_cache
@require_safe
def measured_filler(request: HttpRequest, pk: int) -> HttpResponse:
    user = permitted(request, READ, "personas.view_fillerconfig")
    config = get_object_or_404(FillerConfig, pk=pk)
    delay_ms = _typed_delay_ms(request.GET.get("activation_delay_ms", ""), config.activation_delay_ms)
    measured = measured_turns(config, user, delay_ms=delay_ms)
    context = {"measured": measured, "delay_ms": delay_ms, "most": MOST_TURNS}
    return render(request, "playground/_measured_filler.html", context)


def _typed_delay_ms(text: str, stored_ms: int) -> int:
    """Return the delay that stands in the form; the stored one for what is no delay."""
    is_number = text.isascii() and text.isdigit() and len(text) < 7
    return int(text) if is_number and int(text) <= LONGEST_ACTIVATION_DELAY_MS else stored_ms
