"""Validates a function's parameters as JSON Schema, and the arguments of a call against them.

The arguments come from an untrusted server: backtracking in patterns is limited, and schemas can't refer to anything
outside themselves. `argument_faults` and `checks_arguments` may run for any time and hold the GIL meanwhile: call them
only from `personas.schema_process`, a process that can be killed.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from jsonschema_rs import Draft202012Validator, FancyRegexOptions, ValidationError, Validator, validator_for

from playground.engine.json_types import Json

MOST_FAULTS = 3
FAULT_CHARS = 200
_PATTERNS = FancyRegexOptions(backtrack_limit=20_000)


def _refuse(uri: str) -> Json:
    raise ValueError(uri)


_META_SCHEMA = Draft202012Validator(
    {"$ref": "https://json-schema.org/draft/2020-12/schema"}, retriever=_refuse
)
"""Included in the validator: nothing is fetched."""


@dataclass(frozen=True, slots=True)
class SchemaFault:
    """An error in a schema: its path, and what is wrong."""

    path: tuple[str | int, ...]
    message: str


def argument_faults(name: str, arguments: str, schema: Json) -> tuple[str, ...]:
    """Return what is wrong with the arguments of a call to ``name``, a sentence each; empty if they are valid.

    ``arguments`` is a JSON object, or empty for none. An unusable schema reports no faults.
    """
    try:
        checked = validator_for(schema, retriever=_refuse, pattern_options=_PATTERNS)
        faults = _faults(checked, json.loads(arguments or "{}"))
    except (ValueError, RecursionError):
        return ()
    return tuple(f"The arguments of {name} do not fit its schema: {fault}" for fault in faults)


def schema_of(name: str, tools: Sequence[Json]) -> Json | None:
    """Return the function's parameters; None if it is not offered or has none."""
    for tool in tools:
        function = tool.get("function") or {}
        if function.get("name") == name and isinstance(function.get("parameters"), dict):
            parameters: Json = function["parameters"]
            return parameters
    return None


def schema_fault(schema: Json) -> SchemaFault | None:
    """Return the first reason why it is no JSON Schema (draft 2020-12, which covers the older ones), or None."""
    error = next(_META_SCHEMA.iter_errors(schema), None)
    return None if error is None else SchemaFault(tuple(error.instance_path), _first_line(error))


def checks_arguments(schema: Json) -> bool:
    """Whether arguments can be checked against a JSON Schema: not if it refers to anything outside itself."""
    try:
        validator_for(schema, retriever=_refuse, pattern_options=_PATTERNS)
    except (ValueError, RecursionError):
        return False
    return True


def _faults(checked: Validator, arguments: object) -> list[str]:
    faults: list[str] = []
    for error in checked.iter_errors(arguments):
        place = _cut(".".join(map(str, error.instance_path)))
        faults.append(f"{place}: {_first_line(error)}" if place else _first_line(error))
        if len(faults) == MOST_FAULTS:
            break
    return faults


def _first_line(error: ValueError) -> str:
    text = error.message if isinstance(error, ValidationError) else "it cannot be read"
    return _cut(text.split("\n", 1)[0])


def _cut(text: str) -> str:
    return text if len(text) <= FAULT_CHARS else text[: FAULT_CHARS - 1] + "…"
