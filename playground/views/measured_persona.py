"""The page of a persona's times: distributions by version, of the user's own conversations."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from personas.models import Persona, PersonaVersion
from personas.views.editor import came_from
from playground.access import READ, permitted
from playground.engine.distribution import FEWEST_TO_COMPARE, MEASURES
from playground.engine.json_types import Json
from playground.storage.persona_times import TURNS_OF_A_VERSION, VersionTimes, persona_times

NUMBER_DIGITS = 9
"""The most digits of a version's number in the address."""


@never_cache
@require_safe
def measured_persona(request: HttpRequest, persona_id: str) -> HttpResponse:
    """Show the versions, a page of them at a time; ``?before=`` a version's number, ``?from=`` the
    conversation to lead back to. Raises Http404."""
    user = permitted(request, READ, "personas.view_persona")
    persona = Persona.objects.filter(pk=persona_id).only("persona_name").first()
    times = persona_times(persona_id, user, before=_before(request))
    if persona is None and not times.versions:
        raise Http404("No such persona.")
    context = {
        "persona": persona,
        "persona_id": persona_id,
        "came_from": came_from(request),
        "name": persona.persona_name if persona else _name_of(persona_id),
        "times": times,
        "plots": _plots(times.versions),
        "measures": list(MEASURES.values()),
        "most": TURNS_OF_A_VERSION,
        "fewest": FEWEST_TO_COMPARE,
    }
    return render(request, "playground/measured_persona.html", context)


def _before(request: HttpRequest) -> int | None:
    number = request.GET.get("before", "")
    is_number = number.isascii() and number.isdigit() and len(number) <= NUMBER_DIGITS
    return int(number) if is_number else None


def _name_of(persona_id: str) -> str:
    """Return the last name of a deleted persona."""
    version = PersonaVersion.objects.filter(persona_ref=persona_id).order_by("-number").first()
    return str(version.document.get("persona_name", "")) if version else ""


def _plots(versions: tuple[VersionTimes, ...]) -> list[Json]:
    """Return what strip_plot.js draws: by version and measure the turns with their times in ms."""
    return [
        {
            "version": version.number,
            "spreads": {each.name: [each.p50_ms, each.p95_ms] for each in version.distributions},
            "turns": [
                [turn.conversation_id, turn.turn_id, turn.words, *turn.shown_ms]
                for turn in version.turns
                if any(ms is not None for ms in turn.shown_ms)
            ],
        }
        for version in versions
    ]
