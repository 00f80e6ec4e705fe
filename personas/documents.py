"""A persona's document: the JSON object of a persona version, to and from the rows.

`personas.persona_fields` declares its paths. What the row refers to is in the document by name (token secrets) or in
full (the filler config).
"""

import copy
from collections.abc import Mapping
from typing import Any

from personas.delays import DEFAULT_ACTIVATION_DELAY_MS
from personas.formats.registry import format_named
from personas.models import FillerConfig, Persona, TokenSecret
from personas.names import name_key
from personas.persona_field import FieldKind, PersonaField
from personas.persona_fields import PERSONA_FIELDS
from playground.engine.json_types import Json

_COLUMN_PATHS = frozenset(field.path for field in PERSONA_FIELDS.values())


def document_of(persona: Persona) -> Json:
    """Return the whole persona as one JSON object: filler config in full, secrets by name."""
    document: Json = {}
    for field in PERSONA_FIELDS.values():
        holder, key = field.place
        inside = document.setdefault(holder, {}) if holder else document
        if inside is not None:  # A voice's token secret is dropped with its layer.
            inside[key] = _document_value(persona, field)
    return document


def _document_value(persona: Persona, field: PersonaField) -> Any:
    match field.kind:
        case FieldKind.SECRET:
            return _name_of(persona, field.name)
        case FieldKind.FILLER:
            return filler_document(persona.filler_config)
        case _:
            return copy.copy(getattr(persona, field.name))


def filler_document(config: FillerConfig | None) -> Json | None:
    """Just AI's ``fillersPhraseConfig``, with the config's name."""
    if config is None:
        return None
    return {
        "name": config.name,
        "fillerPhrase": config.filler_phrase,
        "fillerPhrasesList": config.filler_phrases_list,
        "activationDelayMs": config.activation_delay_ms,
    }


def _name_of(persona: Persona, field: str) -> str:
    """Return the name of the token secret that a field refers to, stored or missing; empty if there is none."""
    secret: TokenSecret | None = getattr(persona, field)
    return secret.name if secret is not None else str(persona.missing_secrets.get(field, ""))


def merged_document(persona: Persona, read: Mapping[str, Any]) -> Json:
    """Return a platform's document as read, completed with the persona's values for all that it can't express.

    For a persona of another platform that is the whole LLM: the document's is only how it would look there.
    """
    stored = document_of(persona)
    platform = read["llm"]["platform"]
    if platform == persona.platform:
        return format_named(platform).merged(stored, dict(read))
    own = {key: stored[key] for key in ("barge_in", "filler", "rehearsal")}
    rest = {key: stored[key] | read[key] for key in ("other_layers", "other_keys")}
    rest["other_layers"].pop("llm", None)
    return {**read, **own, **rest, "llm": stored["llm"]}


def apply_document(persona: Persona, document: Mapping[str, Any]) -> None:
    """Put a document's values into the persona without saving it. Missing values get their defaults.

    A named secret that doesn't exist is kept by name as missing; a filler config that isn't stored yet is created. Call
    it inside the transaction that saves the persona. Raises KeyError without a required key.
    """
    persona.missing_secrets = {}
    for field in PERSONA_FIELDS.values():
        value = field.value_in(document)
        match field.kind:
            case FieldKind.SECRET:
                _refer(persona, field.name, value)
            case FieldKind.FILLER:
                persona.filler_config = _filler_config(value, persona.persona_name)
            case _:
                setattr(persona, field.name, _column_value(field, value))


def _column_value(field: PersonaField, value: Any) -> Any:
    """Return a copy of the value without the members that have columns of their own."""
    if isinstance(value, Mapping):
        return {key: item for key, item in value.items() if f"{field.path}.{key}" not in _COLUMN_PATHS}
    if isinstance(value, list | tuple):
        return [list(item) if isinstance(item, tuple) else item for item in value]
    return value


def _refer(persona: Persona, field: str, name: str | None) -> None:
    secret = TokenSecret.objects.filter(name__iexact=name).first() if name else None
    setattr(persona, field, secret)
    if name and secret is None:
        persona.missing_secrets[field] = name


def _filler_config(filler: Mapping[str, Any] | None, persona_name: str) -> FillerConfig | None:
    return stored_filler_config(filler, persona_name) if filler else None


def stored_filler_config(filler: Mapping[str, Any], persona_name: str = "") -> FillerConfig:
    """Return the stored config with the same values, or a new one under a free name."""
    delay_ms = filler.get("activationDelayMs")
    values = {
        "filler_phrase": filler.get("fillerPhrase") or "",
        "filler_phrases_list": list(filler.get("fillerPhrasesList") or ()),
        "activation_delay_ms": DEFAULT_ACTIVATION_DELAY_MS if delay_ms is None else int(delay_ms),
    }
    name = filler.get("name") or f"{persona_name} filler"
    same = [config for config in FillerConfig.objects.all() if _has_values(config, values)]
    for config in same:
        if config.name_key == name_key(name):
            return config
    if same and not filler.get("name"):
        return same[0]
    return FillerConfig.objects.create(name=_free_filler_name(name), **values)


def _has_values(config: FillerConfig, values: Mapping[str, Any]) -> bool:
    return all(getattr(config, field) == value for field, value in values.items())


def _free_filler_name(name: str) -> str:
    """Return the name, with the first free number appended if it is taken."""
    taken = set(FillerConfig.objects.values_list("name_key", flat=True))
    candidate, number = name[:100], 2
    while name_key(candidate) in taken:
        suffix = f" {number}"
        candidate, number = name[: 100 - len(suffix)] + suffix, number + 1
    return candidate
