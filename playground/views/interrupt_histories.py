"""What the next request would have of an interrupted turn, under each policy."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from playground.access import READ, own_turn_or_404
from playground.models import Turn
from playground.storage.interrupt_histories import interrupt_histories


@never_cache
@require_safe
def turn_histories(request: HttpRequest, turn_id: str) -> HttpResponse:
    turn = own_turn_or_404(request, turn_id, READ)
    if turn.status != Turn.Status.INTERRUPTED:
        raise Http404("Only an interrupted turn has a history that depends on the policy.")
    return JsonResponse({"histories": interrupt_histories(turn)})
