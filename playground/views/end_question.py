"""Asks whether conversations are to end, and says whom that tells."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from playground.models import Conversation
from playground.storage.conversation_labels import with_called


def render_end_question(
    request: HttpRequest, conversations: Sequence[Conversation], *, back: str = ""
) -> HttpResponse:
    """Return the page that asks. ``back``: the page of the call log on which they were selected."""
    ids = [each.pk for each in conversations]
    context = {
        "conversations": list(with_called(Conversation.objects.filter(pk__in=ids)).order_by("-created_at")),
        "receivers": sorted({each.callback_url for each in conversations if each.sends_callbacks}),
        "back": back,
    }
    return render(request, "conversations/end.html", context)
