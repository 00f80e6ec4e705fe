"""What a person does to conversations in the call log: name, tags, keep, delete and undo, export; one or many."""

from http import HTTPStatus

from asgiref.sync import sync_to_async
from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from personas.tidying import UNDO
from playground.access import DELETE, END, READ, own_conversation_or_404, permitted
from playground.models import Conversation
from playground.runner import runner
from playground.storage.conversation_labels import (
    NAME_CHARS,
    LabelError,
    add_tags,
    first_user_text,
    label,
    tags_in,
)
from playground.storage.exported_conversations import (
    ExportFormat,
    archive_of,
    filename_of,
    format_named,
)
from playground.storage.listed_conversations import tags_of
from playground.storage.purge import delete_soon, undo_delete
from playground.views.end_question import render_end_question

MOST_SELECTED = 100
"""More than a page of the call log has."""
NOTHING_SELECTED = "Nothing was selected: choose the conversations first."


class LabelForm(forms.Form):
    """A conversation's name and tags."""

    conversation_name = forms.CharField(label="Name", required=False, max_length=NAME_CHARS)
    tags = forms.CharField(
        label="Tags", required=False, max_length=1_000, help_text="Separated by commas.", empty_value=""
    )

    def clean_tags(self) -> list[str]:
        try:
            return tags_in(self.cleaned_data["tags"])
        except LabelError as error:
            raise forms.ValidationError(error.message) from None


@require_http_methods(["GET", "POST"])
def conversation_label(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Ask for the name and the tags, and store them; for htmx in the row itself, which ``?as=row`` shows again."""
    conversation = own_conversation_or_404(request, conversation_id, END)
    is_row = bool(getattr(request, "htmx", False))
    if is_row and request.GET.get("as") == "row":
        return _named_row(request, conversation)
    stored = {
        "conversation_name": conversation.conversation_name,
        "tags": ", ".join(tags_of([conversation.pk]).get(conversation.pk, [])),
    }
    form = LabelForm(request.POST or None, initial=stored)
    if form.is_valid():
        label(conversation, form.cleaned_data["conversation_name"], form.cleaned_data["tags"])
        if is_row:
            return _named_row(request, conversation)
        messages.success(request, "Name and tags are stored.")
        return redirect("conversations:detail", conversation.pk)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    template = "conversations/_name_form.html" if is_row else "conversations/name.html"
    context = {"conversation": conversation, "form": form, "first_words": first_user_text(conversation.pk)}
    return render(request, template, context, status=status)


def _named_row(request: HttpRequest, conversation: Conversation) -> HttpResponse:
    context = {
        "conversation": conversation,
        "first_words": first_user_text(conversation.pk),
        "tag_names": tags_of([conversation.pk]).get(conversation.pk, []),
    }
    return render(request, "conversations/_name.html", context)


@require_POST
def conversation_keep(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Keep the conversation from retention, or stop keeping it: ``keep`` is 1 or empty."""
    conversation = own_conversation_or_404(request, conversation_id, END)
    is_kept = bool(request.POST.get("keep"))
    Conversation.objects.filter(pk=conversation.pk).update(is_kept=is_kept)
    messages.success(
        request, "The conversation is kept." if is_kept else "The conversation is no longer kept."
    )
    return _back(request)


@require_POST
def conversation_delete(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Hide the conversation at once; the call log offers to undo that."""
    conversation = own_conversation_or_404(request, conversation_id, DELETE)
    delete_soon([conversation.pk], conversation.owner_id)
    return redirect("conversations:list")


@require_POST
def conversations_undo(request: HttpRequest) -> HttpResponse:
    """Bring the selected conversations back that aren't purged yet."""
    user = permitted(request, DELETE)
    count = undo_delete(_selected_ids(request), user.pk)
    if count:
        messages.success(request, f"{_counted(count)} back.")
    else:
        messages.error(request, f"Too late: after {UNDO.seconds} seconds they were gone for good.")
    return _back(request)


@require_safe
def conversation_export(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """Return the conversation as a file in ``?format=``. Raises Http404."""
    conversation = own_conversation_or_404(request, conversation_id, READ)
    export_format = format_named(request.GET.get("format", "json"))
    if export_format is None:
        raise Http404("No such format.")
    return _file(conversation, export_format)


def _file(conversation: Conversation, export_format: ExportFormat) -> HttpResponse:
    name = filename_of(conversation, export_format)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    text = export_format.write(conversation)
    return HttpResponse(text, content_type=export_format.content_type, headers=headers)


@require_POST
async def conversations_selected(request: HttpRequest) -> HttpResponseBase:
    """Tag, export, end (which asks once) or delete the selected conversations."""
    await sync_to_async(permitted)(request, READ)
    action = request.POST.get("action", "")
    if action == "end":
        return await _end_selected(request)
    actions = {"tag": _tag_selected, "export": _export_selected, "delete": _delete_selected}
    if action not in actions:
        await sync_to_async(messages.error)(request, "Choose what to do with the selected conversations.")
        return _back(request)
    return await sync_to_async(actions[action])(request)


def _tag_selected(request: HttpRequest) -> HttpResponseBase:
    user = permitted(request, END)
    ids = _selected_ids(request)
    try:
        tags = tags_in(request.POST.get("tag", ""))
        add_tags(ids, tags, user)
    except LabelError as error:
        messages.error(request, error.message)
        return _back(request)
    if not ids or not tags:
        messages.error(request, NOTHING_SELECTED if not ids else "Say which tag to add.")
    return _back(request)


def _export_selected(request: HttpRequest) -> HttpResponseBase:
    conversations = _selected(request, READ)
    export_format = format_named(request.POST.get("format", "json"))
    if export_format is None:
        raise Http404("No such format.")
    if not conversations:
        messages.error(request, NOTHING_SELECTED)
        return _back(request)
    if len(conversations) == 1:
        return _file(conversations[0], export_format)
    archive = archive_of(conversations, export_format)
    return FileResponse(archive, as_attachment=True, filename=f"conversations-{export_format.name}.zip")


def _delete_selected(request: HttpRequest) -> HttpResponseBase:
    user = permitted(request, DELETE)
    if not delete_soon(_selected_ids(request), user.pk):
        messages.error(request, NOTHING_SELECTED)
    return _back(request)


async def _end_selected(request: HttpRequest) -> HttpResponse:
    conversations = await sync_to_async(_selected)(request, END)
    active = [each for each in conversations if each.status == Conversation.Status.ACTIVE]
    if not active:
        why = "They have ended already." if conversations else NOTHING_SELECTED
        await sync_to_async(messages.error)(request, why)
        return _back(request)
    if "confirmed" not in request.POST:
        return await sync_to_async(render_end_question)(request, active, back=_return_address(request))
    for conversation in active:
        await runner().end(conversation.pk)
    await sync_to_async(messages.success)(request, f"{_counted(len(active))} ended.")
    return _back(request)


def _selected(request: HttpRequest, permission: str) -> list[Conversation]:
    user: User = permitted(request, permission)
    own = Conversation.of(user).filter(pk__in=_selected_ids(request)).select_related("persona_version")
    return list(own.order_by("-created_at"))


def _selected_ids(request: HttpRequest) -> list[str]:
    return request.POST.getlist("conversation")[:MOST_SELECTED]


def _counted(count: int) -> str:
    return "1 conversation is" if count == 1 else f"{count} conversations are"


def _back(request: HttpRequest) -> HttpResponse:
    return redirect(_return_address(request))


def _return_address(request: HttpRequest) -> str:
    """Return the address of the page of this site that the form names, else that of the call log."""
    to = request.POST.get("back", "")
    is_here = to.startswith("/") and url_has_allowed_host_and_scheme(to, allowed_hosts=None)
    return to if is_here else reverse("conversations:list")
