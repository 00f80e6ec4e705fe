"""The text face of a persona: its platform's own document, edited in place, obeying the rules of the form.

A Tavus persona stands there as Tavus' persona JSON, a JAICP persona as the script that pushes its ``llmRequest``.
What a document has no word for (rehearsal settings, a Tavus persona's filler) is the form's alone and stays as it is.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from personas.documents import apply_document, document_of, merged_document
from personas.formats import Draft, FormatError
from personas.formats.jaicp import to_script
from personas.formats.tavus import to_json
from personas.forms.persona import PersonaForm, data_of
from personas.importing import ImportRefusedError, store_secrets
from personas.models import FillerConfig, Persona, PersonaVersion, TokenSecret
from personas.reading import read_document
from playground.engine.json_types import Json
from playground.engine.persona import HistoryMode
from playground.engine.prompt import compose_system_message

MAX_TEXT_CHARS = 400_000
"""About as much as the longest prompt takes with everything else around it."""

NOT_STORED = "{what} isn't stored yet, and the form can only choose what is: save the document here first."


@dataclass(eq=False)
class TextRefusedError(ValueError):
    """The text isn't taken. ``messages`` are sentences; ``line``, ``column`` count from 1 (0: there is no place)."""

    messages: tuple[str, ...]
    line: int = 0
    column: int = 0


def text_of(persona: Persona) -> str:
    """The persona as its platform's document writes it, secrets by name."""
    document = document_of(persona)
    if persona.platform == "tavus":
        return json.dumps(to_json(document), indent=2, ensure_ascii=False) + "\n"
    return to_script(document)


def form_of_text(text: str, base: Persona, data: Mapping[str, Any], instance: Persona) -> PersonaForm:
    """The form with the text's values typed into it, nothing stored. Raises TextRefusedError.

    ``base`` has the values that a document has no word for; ``data`` the note and the edited version.
    """
    draft = _read(text, base)
    named = set(base.missing_secrets.values())
    missing = [
        found.name
        for found in draft.secrets
        if found.value is not None or not (_is_stored(found.name) or found.name in named)
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
) -> tuple[PersonaVersion, list[str]]:
    """Save the text as the persona's next version, and say what could not be taken over. Raises TextRefusedError."""
    draft = _read(text, base)
    try:
        document, notices = store_secrets(draft, by=by)
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
    return form.save_version(by=by), notices


def _read(text: str, base: Persona) -> Draft:
    if len(text) > MAX_TEXT_CHARS:
        raise TextRefusedError((f"The text is too long: at most {MAX_TEXT_CHARS:,} characters are read.",))
    try:
        draft = read_document(text)
    except FormatError as error:
        raise TextRefusedError((str(error),), error.line, error.column) from None
    if draft.platform == "jaicp":
        return replace(draft, document=_merged_script(document_of(base), draft.document))
    if base.platform != "tavus":
        base.platform = "tavus"
    return replace(draft, document=merged_document(base, draft.document))


def _merged_script(base: Json, read: Json) -> Json:
    """The document of a script, with all that a script has no word for as the base has it."""
    kept = {key: base[key] for key in ("default_replica_id", "tts", "vqa", "other_layers", "rehearsal")}
    prompt = _merged_prompt(base, read)
    llm = read["llm"] | {"stream_options": base["llm"]["stream_options"]}
    return {**read, **kept, **prompt, "llm": llm, "filler": _merged_filler(base["filler"], read["filler"])}


def _merged_prompt(base: Json, read: Json) -> Json:
    """A script holds one prompt; while it says what the two parts say together, both stay."""
    name = base["persona_name"] if _state_of(base) == read["persona_name"] else read["persona_name"]
    composed = compose_system_message(base["system_prompt"], base["context"], "").text
    has_prompt = read["llm"]["history_mode"] == HistoryMode.PROMPT_AND_SESSION
    if not has_prompt or read["system_prompt"] == composed:
        return {"persona_name": name, "system_prompt": base["system_prompt"], "context": base["context"]}
    return {"persona_name": name}


def _state_of(document: Json) -> str:
    """The persona's name as the script's ``state:`` has it, where not every character may stand."""
    return to_script(document).partition("\n")[0].removeprefix("state: ")


def _merged_filler(base: Json | None, read: Json | None) -> Json | None:
    if base is None or read is None:
        return read
    says = ("fillerPhrase", "fillerPhrasesList", "activationDelayMs")
    return base if all(base[key] == read[key] for key in says) else read


def _is_stored(name: str) -> bool:
    return TokenSecret.objects.filter(name__iexact=name).exists()


def _kept(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: data.get(name, "") for name in ("note", "edited_version")}
