"""Checks a persona's document from an archive by the rules of the persona form."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Field

from personas.formats.credentials import key_in_header, literal_key_problems
from personas.formats.rules import (
    ValueProblem,
    filler_problems,
    header_problems,
    printable,
    temperature_problems,
)
from personas.forms.declared import form_field
from personas.models import Persona
from personas.names import SECRET_NAME
from personas.persona_field import FieldKind, PersonaField
from personas.persona_fields import PERSONA_FIELDS
from playground.engine.persona_document import read_persona
from playground.engine.substitution import explicit_names_in, names_in

_PLACES = frozenset(field.place for field in PERSONA_FIELDS.values())
_HOLDERS = frozenset(holder for holder, _ in _PLACES if holder and ("", holder) not in _PLACES)
"""The objects in a document that aren't values themselves: ``llm``, ``rehearsal``."""
_FILLER_KEYS = frozenset({"name", "fillerPhrase", "fillerPhrasesList", "activationDelayMs"})
_NOT_READ = "It isn't a persona's document: a value has another form than it should."


def document_problems(document: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each value that no persona may have; empty if it can be stored."""
    problems = [*_place_problems(document)]
    if not problems:
        problems += [*_field_problems(document)]
    if not problems:
        problems += [*_literal_key_problems(document["llm"])]
    return problems or _reading_problems(document)


def filler_config_problems(config: Any) -> list[str]:
    """Check an object of ``fillersPhraseConfig`` with its name."""
    if not isinstance(config, dict) or config.keys() - _FILLER_KEYS:
        return ["It has other keys than a filler config."]
    name = config.get("name")
    if not isinstance(name, str) or not name.strip() or len(name) > 100:
        return ["A filler config needs a name of at most 100 characters."]
    return [problem.message for problem in filler_problems(config)]


def _place_problems(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each holder that is no object and each key that this version doesn't know."""
    for holder in sorted({holder for holder, _ in _PLACES if holder}):
        value = document.get(holder)
        if not isinstance(value, dict) and (holder in _HOLDERS or value is not None):
            yield f"{holder} is no object."
            return
    outer_keys = {key for holder, key in _PLACES if not holder} | _HOLDERS
    unknown = [key for key in document if key not in outer_keys]
    for holder in sorted(_HOLDERS):
        keys = {key for place, key in _PLACES if place == holder}
        unknown += [f"{holder}.{key}" for key in document[holder] if key not in keys]
    for path in unknown[:5]:
        yield f"{printable(path)} is not known to this version of Greenroom."


def _field_problems(document: Mapping[str, Any]) -> Iterator[str]:
    for field in PERSONA_FIELDS.values():
        try:
            value = field.value_in(document)
        except KeyError:
            yield f"{field.path} is missing."
            continue
        for sentence in _value_problems(field, value):
            yield f"{field.path}: {sentence}"


def _value_problems(field: PersonaField, value: Any) -> Iterator[str]:
    if value is None or (value == field.default and not field.is_required):
        return
    match field.kind:
        case FieldKind.VALUE if not field.parts:
            yield from _column_problems(field, value)
        case FieldKind.VALUE:
            yield from _part_problems(field, value)
        case FieldKind.NUMBER:
            yield from _typed_problems(field, value, int, "It is no whole number.")
        case FieldKind.TEXT | FieldKind.PROMPT | FieldKind.ADDRESS | FieldKind.CHOICE:
            yield from _typed_problems(field, value, str, "It is no text.")
        case FieldKind.HEADERS:
            yield from _header_problems(value)
        case FieldKind.OBJECT | FieldKind.LIST:
            yield from _json_problems(field, value)
        case FieldKind.SECRET:
            if not isinstance(value, str) or not SECRET_NAME.fullmatch(value):
                yield "It is no name of a token secret."
        case FieldKind.FILLER:
            yield from filler_config_problems(value)


def _column_problems(field: PersonaField, value: Any) -> Iterator[str]:
    if field.name == "temperature":
        yield from _messages(temperature_problems(value))
        return
    if type(value) is not str:
        yield "It is no text."
        return
    column = Persona._meta.get_field(field.name)
    assert isinstance(column, Field)
    try:
        column.clean(value, None)
    except ValidationError as error:
        yield from error.messages


def _part_problems(field: PersonaField, value: Any) -> Iterator[str]:
    if not isinstance(value, dict):
        yield "It is no object."
        return
    unknown = {key: setting for key, setting in value.items() if (field.name, key) not in _PLACES}
    yield from _messages(literal_key_problems(unknown))
    for part in field.parts:
        _, key = part.place
        # The form's choices of vision are other values than the document's.
        if field.name != "vqa" or part.kind is not FieldKind.CHOICE:
            yield from _value_problems(part, value.get(key))


def _typed_problems(field: PersonaField, value: Any, type_: type, sentence: str) -> Iterator[str]:
    checked_by = form_field(field)
    if type(value) is not type_ or checked_by is None:
        yield sentence
        return
    try:
        checked_by.clean(value)
    except ValidationError as error:
        yield from error.messages


def _header_problems(value: Any) -> Iterator[str]:
    pairs: list[Any] = value if isinstance(value, list) else [value]
    if not all(isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) for pair in pairs):
        yield "Headers are a list of [name, value]."
        return
    yield from _messages(header_problems([(name, text) for name, text in pairs]))


def _json_problems(field: PersonaField, value: Any) -> Iterator[str]:
    shape, words = (dict, "an object") if field.kind is FieldKind.OBJECT else (list, "a list")
    if not isinstance(value, shape):
        yield f"It is not {words}."
    elif field.rule is not None:
        yield from _messages(field.rule(value))


def _messages(problems: Iterator[ValueProblem]) -> Iterator[str]:
    return (problem.message for problem in problems)


def _literal_key_problems(llm: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each header that seems to contain a key itself."""
    for name, value in llm.get("headers") or ():
        key = key_in_header(name, value)
        if key and not explicit_names_in(key) and llm.get("token_secret") not in names_in(value):
            yield (
                f"llm.headers: The header {printable(name)} seems to hold a key: write a token secret's name in its "
                "place."
            )


def _reading_problems(document: Mapping[str, Any]) -> list[str]:
    try:
        read_persona("", document)
    except (AttributeError, KeyError, TypeError, ValueError):
        return [_NOT_READ]
    return []
