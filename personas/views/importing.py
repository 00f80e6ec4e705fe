"""Imports pasted or uploaded documents and archives as personas, and exports all personas as one archive."""

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_http_methods

from personas.archives.writing import FILENAME, archive_bytes
from personas.error_reports import takes_secrets
from personas.formats import ConversationDraft
from personas.forms.importing import ImportForm
from personas.import_sources import SourceImport
from personas.models import Persona, TokenSecret
from personas.pasted import keep_messages, keep_options
from personas.views.access import permitted

VIEW_SECRET = "personas.view_tokensecret"
MOST_NOTES = 30
"""How many notes of an import are shown."""
MOST_SOURCES = 100
"""How many sources of an import are listed."""


@takes_secrets("document")
@require_http_methods(["GET", "POST"])
def persona_import(request: HttpRequest) -> HttpResponse:
    """Store what is given; with ``check``, only say what would be stored."""
    user = permitted(request, "personas.add_persona")
    is_post = request.method == "POST"
    is_check = "check" in request.POST
    form = ImportForm(
        request.POST if is_post else None, request.FILES if is_post else None, site_url=settings.SITE_URL
    )
    imported: list[SourceImport] = []
    if form.is_valid():
        imported = form.preview(by=user) if is_check else form.store(by=user)
    if not imported or is_check:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
        context = {"form": form, "checked": imported}
        return render(request, "personas/import.html", context, status=status)
    _report(request, imported)
    return redirect(_next_address(request, imported, form.conversation))


@require_GET
def export_all(request: HttpRequest) -> HttpResponse:
    """Return the archive of all personas; with token secrets' hosts for whoever may see these."""
    user = permitted(request, "personas.view_persona")
    secrets = TokenSecret.objects.all() if user.has_perm(VIEW_SECRET) else TokenSecret.objects.none()
    headers = {"Content-Disposition": f'attachment; filename="{FILENAME}"'}
    return HttpResponse(archive_bytes(secrets), content_type="application/zip", headers=headers)


def _report(request: HttpRequest, imported: list[SourceImport]) -> None:
    """Say what became of the source and what to know beside it; of several, in one message."""
    if len(imported) > 1:
        messages.success(request, _in_one_message(imported))
        return
    for source in imported:
        messages.success(request, source.line)
    notes = [note for source in imported for note in source.notes]
    for note in notes[:MOST_NOTES]:
        messages.info(request, note)
    if len(notes) > MOST_NOTES:
        messages.info(request, f"{len(notes) - MOST_NOTES} more notes are not shown.")


def _in_one_message(imported: list[SourceImport]) -> SafeString:
    """Return the number, and a fold with a line for each source and its notes, bounded."""
    listed, notes_left = [], MOST_NOTES
    for source in imported[:MOST_SOURCES]:
        listed.append({"line": source.line, "notes": source.notes[:notes_left]})
        notes_left -= len(source.notes[:notes_left])
    notes_count = sum(len(source.notes) for source in imported)
    context = {
        "sources": listed,
        "sources_count": len(imported),
        "personas_count": sum(len(source.personas) for source in imported),
        "notes_count": notes_count,
        "left_out": len(imported) - len(listed) + notes_count - (MOST_NOTES - notes_left),
    }
    return render_to_string("personas/_imported.html", context)


def _next_address(
    request: HttpRequest, imported: list[SourceImport], conversation: ConversationDraft | None
) -> str:
    """Return where to go on: the start page for a conversation, the editor for one persona, else the list."""
    for stored in (each for source in imported for each in source.imported):
        keep_messages(request, stored.persona.pk, list(stored.initial_messages))
    if conversation is not None:
        keep_options(request, conversation.options)
        is_here = Persona.objects.filter(pk=conversation.persona_id).exists()
        return reverse("playground:start") + (f"?persona={conversation.persona_id}" if is_here else "")
    personas = [persona for source in imported for persona in source.personas]
    if len(personas) == 1:
        return reverse("personas:edit", args=[personas[0].pk])
    return reverse("personas:list")
