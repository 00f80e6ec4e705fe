"""The start page, and starting a conversation with one of its personas."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from personas.models import Persona
from personas.pasted import pasted_messages
from personas.readiness import readiness_problems
from playground.access import START, permitted
from playground.storage.start_conversation import start_conversation
from playground.views.forms import ConversationOptionsForm
from playground.views.start_page import VIEW_PERSONA, render_start_page


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    return render_start_page(request, chosen_id=request.GET.get("persona", "")[:32])


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Start with the persona ``persona``, or with the stand-in of the persona ``stand_in``."""
    user = permitted(request, START, VIEW_PERSONA)
    on_stand_in = "stand_in" in request.POST
    persona_id = request.POST.get("stand_in" if on_stand_in else "persona", "")
    persona = get_object_or_404(Persona.objects.filter(version__gt=0), pk=persona_id)
    options = ConversationOptionsForm(request.POST)
    if not options.is_valid():
        return render_start_page(request, chosen_id=persona.pk, options=options)
    if not on_stand_in and readiness_problems(persona):
        options.add_error(None, f"{persona.persona_name} cannot start on its own LLM yet: its row says why.")
        return render_start_page(request, chosen_id=persona.pk, options=options)
    chosen = options.conversation_options(
        stand_in=on_stand_in, initial_messages=pasted_messages(request, persona.pk)
    )
    conversation = start_conversation(persona, chosen, owner=user)
    return redirect("playground:conversation", conversation.pk)
