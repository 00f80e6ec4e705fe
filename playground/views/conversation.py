"""The live page of a conversation, and the request and the answer of each of its turns."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from playground.access import READ, START, may_edit_persona, own_conversation_or_404, own_turn_or_404
from playground.engine.errors.codes import PERSONA_FIELDS
from playground.engine.json_text import json_bytes
from playground.engine.platforms.platform import Platform
from playground.engine.platforms.registry import platform_choices, platform_named, platforms
from playground.engine.speech.barge_in import DECISION_MS
from playground.engine.speech.language import declared_language
from playground.engine.speech.voices import voice_of
from playground.models import Conversation, Turn
from playground.realtime.close_codes import close_codes_json
from playground.storage.frozen_personas import persona_of
from playground.storage.interrupt_histories import POLICIES
from playground.storage.load_plan import request_as
from playground.storage.request_views import code_of, differences_of
from playground.storage.stored_streams import stored_streams
from playground.storage.stored_timeline import stored_timeline
from playground.tools.save_mock import calls_with_mocks


@never_cache
@require_safe
def conversation(request: HttpRequest, conversation_id: str) -> HttpResponse:
    own_conversation = own_conversation_or_404(request, conversation_id, START)
    version = own_conversation.persona_version
    may_edit = may_edit_persona(request, version)
    with_mocks = calls_with_mocks(own_conversation, version.persona) if may_edit and version.persona else []
    context = {
        "conversation": own_conversation,
        "persona": {"id": version.persona_id or "", "name": version.document.get("persona_name", "")},
        "may_edit": may_edit,
        "calls_with_mocks": json_bytes(with_mocks).decode(),
        "edited_fields": json_bytes(PERSONA_FIELDS).decode(),
        "socket_path": f"/ws/conversations/{own_conversation.pk}/",
        "close_codes": close_codes_json(),
        "platforms": platform_choices(),
        "voice": _voice(own_conversation),
        "decision_ms": _decision_ms(own_conversation),
        "first_content_ms": settings.LIMITS.first_content_ms,
        "interrupt_policies": json_bytes(POLICIES).decode(),
    }
    return render(request, "playground/conversation.html", context)


def _voice(conversation: Conversation) -> dict[str, str]:
    """Return what the page's own voice should be like: its language as declared, and its speed (1.0 is normal)."""
    speech = persona_of(conversation).speech
    return {
        "language": declared_language(conversation.properties, speech),
        "speed": str(voice_of(speech).speed),
    }


def _decision_ms(conversation: Conversation) -> int | None:
    """Return how long the user may take to decide about an interrupt; None if nobody is asked."""
    persona = persona_of(conversation)
    has_handler = platform_named(persona.llm.platform).has_barge_in_settings
    return DECISION_MS if has_handler and persona.barge_in.asks_handler else None


@never_cache
@require_safe
def turn_request(request: HttpRequest, turn_id: str) -> HttpResponse:
    """Return the turn's request as ``?platform=`` would send it (`RequestView.as_json`)."""
    turn = _asking_turn_or_404(request, turn_id)
    return JsonResponse(request_as(turn.pk, _platform_or_404(request)).as_json())


@never_cache
@require_safe
def turn_code(request: HttpRequest, turn_id: str) -> HttpResponse:
    """Return the turn's request as programs (`code_of`)."""
    return JsonResponse(code_of(_asking_turn_or_404(request, turn_id).pk))


@never_cache
@require_safe
def turn_differences(request: HttpRequest, turn_id: str) -> HttpResponse:
    """Return what ``?platform=`` would send otherwise (`differences_of`)."""
    turn = _asking_turn_or_404(request, turn_id)
    return JsonResponse(differences_of(turn.pk, _platform_or_404(request)))


def _asking_turn_or_404(request: HttpRequest, turn_id: str) -> Turn:
    turn = own_turn_or_404(request, turn_id, READ)
    if turn.kind not in (Turn.Kind.USER, Turn.Kind.CONTINUATION):
        raise Http404("No request belongs to a turn that bypasses the LLM.")
    return turn


def _platform_or_404(request: HttpRequest) -> Platform:
    try:
        return platform_named(request.GET.get("platform", ""))
    except ValueError:
        names = " or ".join(known.name for known in platforms())
        raise Http404(f"platform is {names}.") from None


@never_cache
@require_safe
def turn_stream(request: HttpRequest, turn_id: str) -> HttpResponse:
    """Return what the turn's completions received (`stored_streams`); none for a turn that bypassed the LLM."""
    turn = own_turn_or_404(request, turn_id, READ)
    return JsonResponse({"completions": stored_streams(turn)})


@never_cache
@require_safe
def turn_timeline(request: HttpRequest, turn_id: str) -> HttpResponse:
    """Return what the turn's large timeline shows beside its events (`stored_timeline`)."""
    return JsonResponse(stored_timeline(own_turn_or_404(request, turn_id, READ)))
