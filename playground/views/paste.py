"""Turns a pasted document into a persona or a conversation's options, and shows the start page with them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from personas.error_reports import takes_secrets
from personas.formats import ConversationDraft
from personas.models import Persona
from personas.pasted import keep_messages, keep_options
from playground.access import START, permitted
from playground.views.forms import PasteForm
from playground.views.start_page import ADD_PERSONA, render_start_page


@takes_secrets("document")
@require_POST
def paste(request: HttpRequest) -> HttpResponse:
    user = permitted(request, START, ADD_PERSONA)
    form = PasteForm(request.POST)
    is_valid = form.is_valid()
    conversation = form.conversation() if is_valid else None
    if conversation is not None:
        return _fill_in(request, conversation)
    imported = form.import_persona(user) if form.is_valid() else None
    if imported is None:
        return render_start_page(request, paste=form)
    messages.success(request, f"{imported.persona.persona_name} is stored.")
    for note in imported.notes:
        messages.info(request, note)
    keep_messages(request, imported.persona.pk, list(imported.initial_messages))
    return redirect(f"{reverse('playground:start')}?persona={imported.persona.pk}")


def _fill_in(request: HttpRequest, conversation: ConversationDraft) -> HttpResponse:
    """Return the start page filled with the conversation's options, its persona chosen if it is stored here."""
    keep_options(request, conversation.options)
    for note in conversation.notes:
        messages.info(request, note)
    start = reverse("playground:start")
    if Persona.objects.filter(pk=conversation.persona_id).exists():
        return redirect(f"{start}?persona={conversation.persona_id}")
    messages.info(request, "The conversation's persona is not here: choose one, its options are filled in.")
    return redirect(start)
