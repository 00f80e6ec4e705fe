"""The picture on a filler config's page, from the typed values and the slider."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_POST

from personas.delays import DEFAULT_ACTIVATION_DELAY_MS
from personas.filler_preview import (
    LONGEST_FIRST_SENTENCE_MS,
    USUAL_FIRST_SENTENCE_MS,
    preview_filler,
)
from personas.formats.advice import delay_sentence
from personas.forms.filler_config import FillerConfigForm
from personas.models import FillerConfig
from personas.views.access import permitted


@require_POST
def filler_preview(request: HttpRequest) -> HttpResponse:
    """Render the picture as a fragment. Nothing is stored."""
    permitted(request, "personas.view_fillerconfig")
    form = FillerConfigForm(request.POST, instance=FillerConfig())
    context = filler_context(form, request.POST)
    return render(request, "personas/fillers/_picture.html", context)


def filler_context(form: FillerConfigForm, query: QueryDict) -> dict[str, Any]:
    """Return the picture of a form's values, typed or stored. An invalid delay counts as the platform's default."""
    config = form.typed() if form.is_bound else form.instance
    phrases = [phrase for phrase in (config.filler_phrase, *config.filler_phrases_list) if phrase.strip()]
    delay_ms = (
        DEFAULT_ACTIVATION_DELAY_MS if config.activation_delay_ms is None else config.activation_delay_ms
    )
    preview = preview_filler(
        phrases,
        delay_ms,
        first_sentence_ms=_first_sentence_ms(query.get("first_sentence_ms", "")),
        phrase=query.get("phrase", ""),
    )
    return {
        "picture": preview,
        "warning": delay_sentence(delay_ms),
        "longest_first_sentence_ms": LONGEST_FIRST_SENTENCE_MS,
    }


def _first_sentence_ms(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        return USUAL_FIRST_SENTENCE_MS
    return min(int(text), LONGEST_FIRST_SENTENCE_MS)
