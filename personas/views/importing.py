"""Imports pasted or uploaded documents as personas."""

from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from personas.error_reports import takes_secrets
from personas.forms.importing import ImportForm
from personas.views.access import permitted


@takes_secrets("document")
@require_http_methods(["GET", "POST"])
def persona_import(request: HttpRequest) -> HttpResponse:
    user = permitted(request, "personas.add_persona")
    is_post = request.method == "POST"
    form = ImportForm(
        request.POST if is_post else None, request.FILES if is_post else None, site_url=settings.SITE_URL
    )
    imported = form.store(by=user) if form.is_valid() else []
    if not imported:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
        return render(request, "personas/import.html", {"form": form}, status=status)
    for persona_import in imported:
        messages.success(request, f"{persona_import.persona.persona_name} is stored.")
        for note in persona_import.notes:
            messages.info(request, note)
        if persona_import.initial_messages:
            messages.info(
                request,
                "To begin a conversation with the document's literal messages, paste it in the playground.",
            )
    if len(imported) == 1:
        return redirect("personas:edit", imported[0].persona.pk)
    return redirect("personas:list")
