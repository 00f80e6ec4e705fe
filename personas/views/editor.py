"""The persona editor: the form and the text face of one persona. Typed values survive switching between them."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from personas.error_reports import takes_secrets
from personas.formats.registry import format_named
from personas.forms.persona import FilledInForm, PersonaForm
from personas.forms.text_face import TextRefusedError, form_of_text, save_text, text_of
from personas.models import Persona, PersonaVersion, TokenSecret
from personas.persona_fields import FORM_FIELDS
from personas.presets import filled_in, preset_of
from personas.saving import Saved
from personas.versions import version_changes
from personas.views.access import permitted, persona_or_404
from personas.views.editor_page import editor_context

TYPED = ("headers", "parameters", "tools", "other_layers", "other_keys", "unshown", "text")
"""The fields in which a key may be typed by mistake."""
AT_SAVE_BAR = "at-save-bar"
"""Marks a message that the save bar shows, in place of the top of the page."""
AT_PRESET = "at-preset"
"""Marks a message that stands beside the presets."""
_CONVERSATION_ID = re.compile(r"c[0-9a-z]{1,31}", re.ASCII)


AfterSave = Callable[[HttpRequest, Saved, str], HttpResponse]
"""Answers a save: the request, what is saved, and the query of the face that it came from."""


@takes_secrets(*TYPED)
@require_http_methods(["GET", "POST"])
def persona_new(request: HttpRequest) -> HttpResponse:
    return editor_response(request, "", _saved)


@takes_secrets(*TYPED)
@require_http_methods(["GET", "POST"])
def persona_edit(request: HttpRequest, persona_id: str) -> HttpResponse:
    return editor_response(request, persona_id, _saved)


def editor_response(request: HttpRequest, persona_id: str, after_save: AfterSave) -> HttpResponse:
    """Show or save the editor of a persona; without an id, of a new one.

    Raises PermissionDenied, and Http404 for an unknown id.
    """
    if not persona_id:
        return _editor(request, Persona(), permitted(request, "personas.add_persona"), after_save)
    persona = persona_or_404(request, persona_id, "personas.view_persona")
    user = permitted(
        request, "personas.change_persona" if request.method == "POST" else "personas.view_persona"
    )
    return _editor(request, persona, user, after_save)


def _editor(request: HttpRequest, persona: Persona, user: User, after_save: AfterSave) -> HttpResponse:
    """Show or save the editor. ``face``: where the values were typed; ``show``: the face to show without saving."""
    if request.method == "GET":
        form = PersonaForm(instance=persona)
        if request.GET.get("face") == "text":
            return _text_page(request, form, text_of(persona))
        return _form_page(request, form)
    form = PersonaForm(request.POST, instance=persona)
    if request.POST.get("face") == "text":
        return _from_text(request, form, user, after_save)
    match request.POST.get("show", ""):
        case "" if form.is_valid():
            return after_save(request, form.save_version(by=user), "")
        case "":
            return _form_page(request, form)
        case "text" if form.is_valid():
            return _text_page(request, form, text_of(form.as_typed()))
        case "preset":
            return _form_page(request, _with_preset(request, persona))
        case _:
            return _form_page(request, form)


def _from_text(request: HttpRequest, form: PersonaForm, user: User, after_save: AfterSave) -> HttpResponse:
    """Save the text face; hidden inputs carry the form's values that the text can't express."""
    text = request.POST.get("text", "")
    stored = _stored(form.instance)
    try:
        if request.POST.get("show") == "form":
            return _form_page(request, form_of_text(text, form.as_typed(), request.POST, stored))
        saved, notes = save_text(text, form.as_typed(), request.POST, stored, by=user)
    except TextRefusedError as refused:
        return _text_page(request, PersonaForm(request.POST, instance=stored), text, refused)
    for note in notes:
        messages.info(request, note)
    return after_save(request, saved, "?face=text")


def _stored(persona: Persona) -> Persona:
    """Return the stored row, or a new persona if it isn't stored."""
    return Persona.objects.filter(pk=persona.pk).first() or Persona(pk=persona.pk)


def _with_preset(request: HttpRequest, persona: Persona) -> PersonaForm:
    preset = preset_of(request.POST.get("preset", ""))
    data = {name: str(value) for name, value in request.POST.items()}
    secret_id = data.get("token_secret", "")
    secret = TokenSecret.objects.filter(pk=secret_id).first() if secret_id.isdecimal() else None
    if preset is not None:
        if preset.secret_name:
            secret = TokenSecret.objects.filter(name=preset.secret_name).first() or secret
            data["token_secret"] = str(secret.pk) if secret else ""
        data = filled_in(preset, data, secret.name if secret else "")
        sentence = f"{preset.name} is filled in, and not saved yet. Its key: {preset.key}"
        messages.info(request, sentence, extra_tags=AT_PRESET)
    return FilledInForm(data, instance=persona)


def _saved(request: HttpRequest, saved: Saved, face: str) -> HttpResponse:
    """Report the save in the editor."""
    if saved.is_new:
        messages.success(request, f"Saved as version {saved.version.number}.", extra_tags=AT_SAVE_BAR)
    else:
        sentence = f"Nothing changed: it stays version {saved.version.number}."
        messages.info(request, sentence, extra_tags=AT_SAVE_BAR)
    warn_of_saves_between(request, saved)
    address = redirect("personas:edit", saved.version.persona_ref)
    address["Location"] += face
    if conversation_id := came_from(request):
        address["Location"] += f"{'&' if face else '?'}from={conversation_id}"
    return address


def warn_of_saves_between(request: HttpRequest, saved: Saved) -> None:
    """Name a version that somebody saved since the editor was opened, and what it changed."""
    edited, version = request.POST.get("edited_version", ""), saved.version
    if saved.is_new and edited.isdecimal() and int(edited) and version.number > int(edited) + 1:
        between = version.number - 1
        messages.warning(
            request,
            f"Version {between} was saved while you edited; it is kept, and yours came after it."
            f"{_changed_meanwhile(version, int(edited), between)}",
        )


def came_from(request: HttpRequest) -> str:
    """Return the id of the conversation from which the editor was opened (``from``); empty without one."""
    conversation_id = request.GET.get("from", "")
    return conversation_id if _CONVERSATION_ID.fullmatch(conversation_id) else ""


def _changed_meanwhile(version: PersonaVersion, edited: int, between: int) -> str:
    """Return a sentence on what others' saves changed since version ``edited``; empty for nothing."""
    numbers = {"persona_ref": version.persona_ref, "number__in": (edited, between)}
    versions = {stored.number: stored for stored in PersonaVersion.objects.filter(**numbers)}
    if versions.keys() != {edited, between}:
        return ""
    paths = [change.path for change in version_changes(versions[edited], versions[between])]
    return f" It changed {', '.join(paths)}." if paths else ""


def _form_page(request: HttpRequest, form: PersonaForm) -> HttpResponse:
    return _page(request, "personas/persona_form.html", form, refused=bool(form.errors))


def _text_page(
    request: HttpRequest, form: PersonaForm, text: str, refused: TextRefusedError | None = None
) -> HttpResponse:
    platform = form.platform
    keys = [
        {"path": key.path, "help": key.help or FORM_FIELDS[key.field].help_on(platform)}
        for key in format_named(platform.name).face.keys
    ]
    context = {"text": text, "text_refused": refused, "document_keys": keys}
    return _page(request, "personas/persona_text.html", form, refused=refused is not None, **context)


def _editor_url(request: HttpRequest, persona: Persona) -> str:
    """Return where the editor's form goes, whichever address shows it."""
    url = reverse("personas:edit", args=[persona.pk]) if persona.version else reverse("personas:new")
    conversation_id = came_from(request)
    return f"{url}?from={conversation_id}" if conversation_id else url


def _unsaved(form: PersonaForm, *, refused_text: bool) -> list[str]:
    """Return the labels of what is typed and not saved; that a refused text changes is taken for granted."""
    if refused_text:
        return [format_named(form.platform.name).face.label]
    return form.changed_labels if form.is_bound else []


def _page(
    request: HttpRequest, template: str, form: PersonaForm, *, refused: bool, **extra: Any
) -> HttpResponse:
    has_stored = form.instance.version > 0
    context = {
        "unsaved": _unsaved(form, refused_text=refused and "text" in extra),
        "came_from": came_from(request),
        "editor_url": _editor_url(request, form.instance),
        "may_save": request.user.has_perm(
            "personas.change_persona" if has_stored else "personas.add_persona"
        ),
    }
    context |= editor_context(request, form, has_stored=has_stored) | extra
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, template, context, status=status)
