"""A persona's versions: what changed between two, field by field, and restoring one."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from personas.documents import apply_document
from personas.models import Persona, PersonaVersion, TokenSecret
from personas.persona_fields import PERSONA_FIELDS
from personas.saving import Saved, save_if_changed
from personas.secret_usage import SECRET_FIELDS
from personas.text_comparison import DiffSpan, compare_texts
from playground.engine.prompt import compose_system_message

PROMPT_FIELDS = frozenset({"system_prompt", "context"})


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field whose value differs. ``path`` is its path in the document (``llm.model``)."""

    path: str
    before: Any
    after: Any

    @property
    def spans(self) -> tuple[DiffSpan, ...]:
        """Compare both values as texts, word by word; JSON has one member a line."""
        return compare_texts(_shown(self.before), _shown(self.after))


def version_changes(older: PersonaVersion, newer: PersonaVersion) -> tuple[FieldChange, ...]:
    """Return every field in which the versions differ, in the document's order."""
    return document_changes(older.document, newer.document)


def document_changes(older: Mapping[str, Any], newer: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """Compare two documents like `version_changes`."""
    return tuple(_changes(older, newer, ()))


def prompt_changes(older: PersonaVersion, newer: PersonaVersion) -> tuple[DiffSpan, ...]:
    """Compare the composed prompts of the two versions, word by word."""
    return compare_texts(_prompt(older.document), _prompt(newer.document))


@transaction.atomic
def restore(version: PersonaVersion, persona: Persona, *, by: User) -> tuple[Saved, list[str]]:
    """Save the version's document as the persona's next version, unless the newest one says the same; return it with
    notes on what couldn't be restored.

    A token secret that no longer exists is named as missing. Raises ValueError for another persona's version.
    """
    if version.persona_ref != persona.pk:
        raise ValueError("The version belongs to another persona.")
    notes = [
        f"The token secret {name} is gone: the persona names it as missing until somebody who manages token "
        "secrets makes it again."
        for name in _missing_secrets(version.document)
    ]
    apply_document(persona, version.document)
    saved = save_if_changed(persona, by=by, note=f"Version {version.number} restored")
    filler, was = saved.version.document["filler"], version.document.get("filler")
    if filler is not None and filler != was:
        notes.append(
            f"The filler config says something else by now: {filler['name']} was made for this version."
        )
    return saved, notes


def _missing_secrets(document: Mapping[str, Any]) -> list[str]:
    names = {PERSONA_FIELDS[field].value_in(document) for field in SECRET_FIELDS} - {""}
    stored = {name.lower() for name in TokenSecret.objects.values_list("name", flat=True)}
    return sorted(name for name in names if name.lower() not in stored)


def _changes(older: Any, newer: Any, path: tuple[str, ...]) -> Iterator[FieldChange]:
    if older == newer and isinstance(older, bool) is isinstance(newer, bool):
        return
    if len(path) < 2 and isinstance(older, Mapping) and isinstance(newer, Mapping):
        for key in dict.fromkeys([*older, *newer]):
            yield from _changes(older.get(key), newer.get(key), (*path, key))
        return
    yield FieldChange(".".join(path), older, newer)


def _prompt(document: Mapping[str, Any]) -> str:
    return compose_system_message(document.get("system_prompt") or "", document.get("context") or "", "").text


def _shown(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, indent=2, ensure_ascii=False)
