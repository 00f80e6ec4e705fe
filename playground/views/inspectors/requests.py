"""The page of one inspected request, and what is done with it: compare, replay, make a persona, delete."""

from typing import Any

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.middleware import HtmxDetails

from personas.formats import FormatError
from personas.importing import ImportRefusedError
from personas.models import Persona
from playground.access import (
    CHANGE_INSPECTOR,
    READ_INSPECTOR,
    START,
    inspector_or_404,
    permitted,
)
from playground.engine.compared_requests import compare_requests
from playground.engine.errors.codes import GreenroomError
from playground.engine.json_types import Json
from playground.engine.platforms.registry import platform_choices, platform_or_default
from playground.inspectors.addresses import addresses_of
from playground.inspectors.answer_picture import answer_picture
from playground.inspectors.examined import curl_of, read_request
from playground.inspectors.make_conversation import MOST_TURNS, NothingToCopyError, make_conversation
from playground.inspectors.origins import persona_that_sent
from playground.inspectors.persona_of_request import likeliest_platform, make_persona
from playground.inspectors.recorded_exchange import is_exchange
from playground.inspectors.replay import PreparedReplay, ReplayedModel, prepare_replay, replay
from playground.inspectors.shown_request import compared_with, neighbours, shown_request
from playground.models import InspectedRequest
from playground.views.checks import too_many
from playground.views.inspectors.offered_personas import MOST, offered_personas

ADD_PERSONA = "personas.add_persona"
WHOLE = "conversation"
"""The ``scope`` of a conversation that is made of all requests of one."""


def request_or_404(request: HttpRequest, inspector_id: str, number: int, permission: str) -> InspectedRequest:
    """Return a request of an inspector that the user may see. Raises PermissionDenied, Http404."""
    inspector = inspector_or_404(request, inspector_id, permission)
    rows = InspectedRequest.objects.select_related("inspector")
    return get_object_or_404(rows, inspector=inspector, number=number)


@never_cache
@require_safe
def request_detail(request: HttpRequest, inspector_id: str, number: int) -> HttpResponse:
    row = request_or_404(request, inspector_id, number, READ_INSPECTOR)
    user = permitted(request)
    shown = shown_request(row, user)
    before, after = neighbours(row)
    likeliest = likeliest_platform(shown.read.received)
    sender_id = persona_that_sent(row, user)
    offered = offered_personas(request.GET, sender_id=sender_id)
    context = {
        "inspector": row.inspector,
        "row": row,
        "shown": shown,
        "before": before,
        "after": after,
        "compare_with": compared_with(row),
        "curl": curl_of(row, address=addresses_of(row.inspector).address),
        "offered": offered,
        "most_offered": MOST,
        "platforms": platform_choices(),
        "likeliest": likeliest,
        "is_exchange": is_exchange(row),
        "proposed": sender_id or offered.first_of(likeliest),
    }
    return render(request, "inspectors/request.html", context)


@never_cache
@require_safe
def request_body(request: HttpRequest, inspector_id: str, number: int) -> HttpResponse:
    """Return ``{"body"}``, the body's JSON; 404 if it is none."""
    row = request_or_404(request, inspector_id, number, READ_INSPECTOR)
    body = read_request(row).received.body
    if body is None:
        raise Http404("The body is no JSON.")
    return JsonResponse({"body": body})


@never_cache
@require_safe
def request_answer(request: HttpRequest, inspector_id: str, number: int) -> HttpResponse:
    """Return `answer_picture`: how the answer would have been heard; 404 if it is no ended answer to a completion."""
    return JsonResponse(_picture_or_404(request, inspector_id, number))


@never_cache
@require_safe
def request_timeline(request: HttpRequest, inspector_id: str, number: int) -> HttpResponse:
    """Return what the large timeline shows of the answer, as `turn_timeline` does of a turn's."""
    return JsonResponse(_picture_or_404(request, inspector_id, number)["timeline"])


def _picture_or_404(request: HttpRequest, inspector_id: str, number: int) -> Json:
    picture = answer_picture(request_or_404(request, inspector_id, number, READ_INSPECTOR))
    if picture is None:
        raise Http404("There is no ended answer to a completion's request.")
    return picture


@never_cache
@require_safe
def request_compare(request: HttpRequest, inspector_id: str, number: int) -> HttpResponse:
    """Show what changed from the request ``?with=`` to this one."""
    row = request_or_404(request, inspector_id, number, READ_INSPECTOR)
    other = request.GET.get("with", "")
    if not other.isdecimal() or len(other) > 9:
        raise Http404("with is the number of another request.")
    earlier = get_object_or_404(InspectedRequest, inspector=row.inspector, number=int(other))
    context = {
        "inspector": row.inspector,
        "row": row,
        "earlier": earlier,
        "comparison": compare_requests(read_request(earlier).received, read_request(row).received),
    }
    return render(request, "inspectors/compare.html", context)


@require_POST
def request_delete(request: HttpRequest, inspector_id: str, number: int) -> HttpResponse:
    row = request_or_404(request, inspector_id, number, CHANGE_INSPECTOR)
    row.delete()
    messages.success(request, f"Request {number} is deleted.")
    return redirect("inspectors:detail", inspector_id)


@require_POST
def request_persona(request: HttpRequest, inspector_id: str, number: int) -> HttpResponse:
    """Make a persona of the request and open it."""
    permitted(request, ADD_PERSONA)
    row = request_or_404(request, inspector_id, number, READ_INSPECTOR)
    received = read_request(row).received
    page = redirect("inspectors:request", inspector_id, number)
    if received.document is None:
        messages.error(request, "No persona can be made of it: its body is no JSON object.")
        return page
    platform = platform_or_default(request.POST.get("platform", "")).name
    try:
        made = make_persona(row.inspector, number, received, platform=platform, by=permitted(request))
    except (FormatError, ImportRefusedError) as error:
        messages.error(request, f"No persona can be made of it. {error.message}")
        return page
    messages.success(request, f"{made.persona.persona_name} is stored.")
    for note in made.notes:
        messages.info(request, note)
    return redirect("personas:edit", made.persona.pk)


@require_POST
def request_conversation(request: HttpRequest, inspector_id: str, number: int) -> HttpResponse:
    """Make a conversation of the request, or of all requests of its conversation up to it, and open it."""
    user = permitted(request, START)
    row = request_or_404(request, inspector_id, number, READ_INSPECTOR)
    persona = get_object_or_404(Persona, pk=request.POST.get("persona", "").replace("\0", ""))
    rows = [row]
    if row.conversation_id and request.POST.get("scope") == WHOLE:
        same = InspectedRequest.objects.select_related("inspector").filter(
            inspector=row.inspector, conversation_id=row.conversation_id, number__lte=number
        )
        rows = list(same.order_by("-number")[:MOST_TURNS])[::-1]
    try:
        made = make_conversation(rows, persona, owner=user)
    except NothingToCopyError as error:
        messages.error(request, error.message)
        return redirect("inspectors:request", inspector_id, number)
    for sentence in made.losses:
        messages.info(request, sentence)
    return redirect("playground:conversation", made.conversation.pk)


@require_POST
async def request_replay(request: HttpRequest, inspector_id: str, number: int) -> HttpResponse:
    """Send the request to a persona's endpoint and show the answer; for htmx as a fragment."""
    prepared = await sync_to_async(_prepared)(request, inspector_id, number)
    context: dict[str, Any] = {"inspector_id": inspector_id, "number": number}
    if isinstance(prepared, PreparedReplay):
        answer = await replay(prepared)
        context |= {"prepared": prepared, "answer": answer}
    else:
        context["sentence"] = prepared
    template = "inspectors/_replayed.html" if HtmxDetails(request) else "inspectors/replayed.html"
    return await sync_to_async(render)(request, template, context)


def _prepared(request: HttpRequest, inspector_id: str, number: int) -> PreparedReplay | str:
    """Return the request to send, or a sentence on why nothing is sent. Raises PermissionDenied, Http404."""
    user = permitted(request, START)
    row = request_or_404(request, inspector_id, number, READ_INSPECTOR)
    persona = get_object_or_404(Persona, pk=request.POST.get("persona", "").replace("\0", ""))
    document = read_request(row).received.document
    if document is None:
        return "Nothing was sent: the body is no JSON object."
    refusals = too_many(user.pk)
    if refusals:
        return refusals[0].sentence
    try:
        return prepare_replay(persona, document, _model(request))
    except GreenroomError as error:
        return error.message


def _model(request: HttpRequest) -> ReplayedModel:
    is_recorded = request.POST.get("model") == ReplayedModel.RECORDED
    return ReplayedModel.RECORDED if is_recorded else ReplayedModel.PERSONAS
