"""Conversations: the list, the transcript, the end."""

from collections.abc import Sequence

from asgiref.sync import sync_to_async
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from playground.access import END, READ, may_edit_persona, own_conversation_or_404, permitted
from playground.models import Conversation, Turn
from playground.runner import runner
from playground.storage.transcript import changes_by_position, transcript_of

CONVERSATIONS_ON_A_PAGE = 30


@require_safe
def conversation_list(request: HttpRequest) -> HttpResponse:
    user = permitted(request, READ)
    own = Conversation.objects.filter(owner=user).order_by("-created_at", "pk")
    page = Paginator(own.values_list("pk", flat=True), CONVERSATIONS_ON_A_PAGE).get_page(
        request.GET.get("page", "1")
    )
    context = {"page": page, "conversations": _with_turns(list(page.object_list))}
    return render(request, "conversations/list.html", context)


def _with_turns(conversation_ids: Sequence[str]) -> QuerySet[Conversation]:
    """Return these conversations, the latest first, with what their turns add up to.

    Of these alone: a query that counts before it cuts out the page counts all turns of the user.
    """
    user_turns = Turn.objects.filter(conversation=OuterRef("pk")).exclude(user_text="").order_by("position")
    return (
        Conversation.objects.filter(pk__in=conversation_ids)
        .select_related("persona_version")
        .only("conversation_name", "status", "stand_in", "created_at", "persona_version__number")
        .annotate(
            persona_name=KeyTextTransform("persona_name", "persona_version__document"),
            turn_count=Count("turns"),
            failed_count=Count("turns", filter=Q(turns__status=Turn.Status.FAILED)),
            last_turn_at=Max("turns__created_at"),
            first_user_text=Subquery(user_turns.values("user_text")[:1]),
        )
        .order_by("-created_at", "pk")
    )


@require_safe
def conversation_detail(request: HttpRequest, conversation_id: str) -> HttpResponse:
    conversation = own_conversation_or_404(request, conversation_id, READ)
    version = conversation.persona_version
    turns = transcript_of(conversation)
    context = {
        "conversation": conversation,
        "version": version,
        "turns": turns,
        "last_changes": changes_by_position(conversation).get(len(turns), ()),
        "may_edit": may_edit_persona(request, version),
    }
    return render(request, "conversations/detail.html", context)


@require_POST
async def conversation_end(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """End it; an open turn stops at once."""
    conversation = await sync_to_async(own_conversation_or_404)(request, conversation_id, END)
    await runner().end(conversation.pk)
    await sync_to_async(messages.success)(request, "The conversation has ended.")
    return redirect("conversations:detail", conversation.pk)
