"""The persona editor: the form and the text face of one persona. Typed values survive switching between them."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from personas.error_reports import takes_secrets
from personas.forms.persona import PersonaForm
from personas.forms.text_face import TextRefusedError, form_of_text, save_text, text_of
from personas.models import Persona, PersonaVersion, TokenSecret
from personas.presets import filled_in, preset_of
from personas.versions import what_changed
from personas.views.access import permitted, persona_or_404
from personas.views.editor_page import editor_context

TYPED = ("headers", "parameters", "tools", "other_layers", "other_keys", "unshown", "text")
"""The fields in which a key may be typed by mistake."""


@takes_secrets(*TYPED)
@require_http_methods(["GET", "POST"])
def persona_new(request: HttpRequest) -> HttpResponse:
    user = permitted(request, "personas.add_persona")
    return _editor(request, Persona(), user)


@takes_secrets(*TYPED)
@require_http_methods(["GET", "POST"])
def persona_edit(request: HttpRequest, persona_id: str) -> HttpResponse:
    persona = persona_or_404(request, persona_id, "personas.view_persona")
    user = permitted(
        request, "personas.change_persona" if request.method == "POST" else "personas.view_persona"
    )
    return _editor(request, persona, user)


def _editor(request: HttpRequest, persona: Persona, user: User) -> HttpResponse:
    """Show or save the editor. ``face``: where the values were typed; ``show``: the face to show without saving."""
    if request.method == "GET":
        form = PersonaForm(instance=persona)
        if persona.version and not user.has_perm("personas.change_persona"):
            form.disable()
        if request.GET.get("face") == "text":
            return _text_page(request, form, text_of(persona))
        return _form_page(request, form)
    form = PersonaForm(request.POST, instance=persona)
    if request.POST.get("face") == "text":
        return _from_text(request, form, user)
    match request.POST.get("show", ""):
        case "":
            return (
                _saved(request, form.save_version(by=user)) if form.is_valid() else _form_page(request, form)
            )
        case "text" if form.is_valid():
            return _text_page(request, form, text_of(form.as_typed()))
        case "preset":
            return _form_page(request, _with_preset(request, persona))
        case _:
            return _form_page(request, form)


def _from_text(request: HttpRequest, form: PersonaForm, user: User) -> HttpResponse:
    """Save the text face; hidden inputs carry the form's values that the text can't express."""
    text = request.POST.get("text", "")
    stored = _stored(form.instance)
    try:
        if request.POST.get("show") == "form":
            return _form_page(request, form_of_text(text, form.as_typed(), request.POST, stored))
        version, notes = save_text(text, form.as_typed(), request.POST, stored, by=user)
    except TextRefusedError as refused:
        return _text_page(request, PersonaForm(request.POST, instance=stored), text, refused)
    for note in notes:
        messages.info(request, note)
    return _saved(request, version, face="?face=text")


def _stored(persona: Persona) -> Persona:
    """Return the stored row, or a new persona if it isn't stored."""
    return Persona.objects.filter(pk=persona.pk).first() or Persona(pk=persona.pk)


def _with_preset(request: HttpRequest, persona: Persona) -> PersonaForm:
    preset = preset_of(request.POST.get("preset", ""))
    data = {name: str(value) for name, value in request.POST.items()}
    secret_id = data.get("token_secret", "")
    secret = TokenSecret.objects.filter(pk=secret_id).first() if secret_id.isdecimal() else None
    if preset is not None:
        data = filled_in(preset, data, secret.name if secret else "")
        messages.info(request, f"{preset.name} is filled in, and not saved yet. Its key: {preset.key}")
    return PersonaForm(data, instance=persona)


def _saved(request: HttpRequest, version: PersonaVersion, face: str = "") -> HttpResponse:
    """Report the save, and name whoever saved in between."""
    seen = request.POST.get("edited_version", "")
    messages.success(request, f"Saved as version {version.number}.")
    if seen.isdecimal() and int(seen) and version.number > int(seen) + 1:
        between = version.number - 1
        messages.warning(
            request,
            f"Version {between} was saved while you edited; it is kept, and yours came after it."
            f"{_changed_meanwhile(version, int(seen), between)}",
        )
    address = redirect("personas:edit", version.persona_ref)
    address["Location"] += face
    return address


def _changed_meanwhile(version: PersonaVersion, seen: int, between: int) -> str:
    """Return a sentence on what others' saves changed since version ``seen``; empty for nothing."""
    numbers = {"persona_ref": version.persona_ref, "number__in": (seen, between)}
    versions = {stored.number: stored for stored in PersonaVersion.objects.filter(**numbers)}
    if versions.keys() != {seen, between}:
        return ""
    paths = [change.path for change in what_changed(versions[seen], versions[between])]
    return f" It changed {', '.join(paths)}." if paths else ""


def _form_page(request: HttpRequest, form: PersonaForm) -> HttpResponse:
    return _page(request, "personas/persona_form.html", form, refused=bool(form.errors))


def _text_page(
    request: HttpRequest, form: PersonaForm, text: str, refused: TextRefusedError | None = None
) -> HttpResponse:
    context = {"text": text, "text_refused": refused}
    return _page(request, "personas/persona_text.html", form, refused=refused is not None, **context)


def _page(
    request: HttpRequest, template: str, form: PersonaForm, *, refused: bool, **extra: Any
) -> HttpResponse:
    has_stored = form.instance.version > 0
    context = {
        "is_unsaved": form.is_bound,
        "may_save": request.user.has_perm(
            "personas.change_persona" if has_stored else "personas.add_persona"
        ),
    }
    context |= editor_context(request, form, has_stored=has_stored) | extra
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, template, context, status=status)
