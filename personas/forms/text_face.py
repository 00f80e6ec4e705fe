"""The text face of a persona: its platform's own document, edited as text under the form's rules.

What a document can't express (rehearsal settings; fillers on a platform without them) comes from the form. Another
platform's document converts the persona to that platform.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from personas.documents import apply_document, document_of
from personas.formats import Draft, FormatError
from personas.formats.conversion import converted
from personas.formats.registry import format_named
from personas.forms.persona import PersonaForm, data_of
from personas.importing import ImportRefusedError, store_secrets
from personas.models import FillerConfig, Persona, TokenSecret
from personas.reading import read_document
from personas.saving import Saved

MAX_TEXT_CHARS = 400_000
"""About the longest prompt with everything else around it."""

NOT_STORED = "{what} isn't stored yet, and the form can only choose what is: save the document here first."


@dataclass(eq=False)
class TextRefusedError(ValueError):
    """The text is refused. ``messages`` are sentences; ``line`` and ``column`` count from 1, 0 without a position."""

    messages: tuple[str, ...]
    line: int = 0
    column: int = 0


def text_of(persona: Persona) -> str:
    """Return the persona as its platform's document writes it, secrets by name."""
    own = converted(document_of(persona), persona.platform)
    return format_named(persona.platform).face_text(own)


def form_of_text(text: str, base: Persona, data: Mapping[str, Any], instance: Persona) -> PersonaForm:
    """Return a form filled with the text's values, nothing stored. Raises TextRefusedError.

    ``base`` has the values that a document can't express; ``data`` the note and the edited version.
    """
    draft = _read(text, base)
    named = set(base.missing_secrets.values())
    missing = [
        secret.name
        for secret in draft.secrets
        if secret.value is not None or not (_is_stored(secret.name) or secret.name in named)
    ]
    if missing:
        raise TextRefusedError((NOT_STORED.format(what=f"The token secret {', '.join(missing)}"),))
    with transaction.atomic():
        fillers = FillerConfig.objects.count()
        apply_document(base, draft.document)
        has_new_filler = FillerConfig.objects.count() > fillers
        typed = data_of(base)
        transaction.set_rollback(True)
    if has_new_filler:
        raise TextRefusedError((NOT_STORED.format(what="A filler config with these phrases and this delay"),))
    return PersonaForm(typed | _kept(data), instance=instance)


@transaction.atomic
def save_text(
    text: str, base: Persona, data: Mapping[str, Any], instance: Persona, *, by: User
) -> tuple[Saved, list[str]]:
    """Save the text as the persona's next version, if something changed; return it with notes.

    Raises TextRefusedError.
    """
    draft = _read(text, base)
    try:
        document, notes = store_secrets(draft, by=by)
    except ImportRefusedError as error:
        raise TextRefusedError((error.message,)) from None
    apply_document(base, document)
    form = PersonaForm(data_of(base) | _kept(data), instance=instance)
    if not form.is_valid():
        raise TextRefusedError(
            tuple(
                f"{form[name].label}: {sentence}" if name in form.fields else str(sentence)
                for name, sentences in form.errors.items()
                for sentence in sentences
            )
        )
    instance.missing_secrets = base.missing_secrets
    return form.save_version(by=by), notes


def refuse_length(text: str) -> None:
    """Raise TextRefusedError for a text that is too long to be read."""
    if len(text) > MAX_TEXT_CHARS:
        raise TextRefusedError((f"The text is too long: at most {MAX_TEXT_CHARS:,} characters are read.",))


def _read(text: str, base: Persona) -> Draft:
    refuse_length(text)
    try:
        draft = read_document(text)
    except FormatError as error:
        raise TextRefusedError((str(error),), error.line, error.column) from None
    document = format_named(draft.platform).merged(document_of(base), draft.document)
    return replace(draft, document=document)


def _is_stored(name: str) -> bool:
    return TokenSecret.objects.filter(name__iexact=name).exists()


def _kept(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: data.get(name, "") for name in ("note", "edited_version")}
