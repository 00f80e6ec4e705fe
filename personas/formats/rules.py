"""The rules for the values of a persona, with one wording for forms, files and pasted documents.

Each rule takes a plain JSON value and yields its problems, none if it is valid. A missing value is no problem
here but one of readiness (`personas.readiness`).
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from personas.delays import LONGEST_ACTIVATION_DELAY_MS
from playground.engine.headers import HeaderError, check_header, check_headers
from playground.engine.persona import BargeIn
from playground.engine.tools.arguments import schema_fault
from playground.engine.tools.mocks import misfit_in
from playground.engine.tools.schema_size import nests_deeper
from playground.engine.user_json import LIMIT_BYTES, LIMIT_DEPTH

Path: TypeAlias = tuple[str | int, ...]

MAX_PROMPT_CHARS = 200_000
MAX_TOOLS = 128
MAX_PHRASES = 50
MAX_PHRASE_CHARS = 500
MAX_DELAY_MS = LONGEST_ACTIVATION_DELAY_MS

_FUNCTION_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class ValueProblem:
    """A problem: one sentence for a person on what to fix, and its path in the value (empty for the whole value)."""

    path: Path
    message: str


def tool_problems(tools: object) -> Iterator[ValueProblem]:
    """Check OpenAI's functions: ``[{"type": "function", "function": {name, description, parameters}}]``."""
    if not isinstance(tools, list):
        yield ValueProblem((), "Tools are a list: [ … ].")
        return
    if len(tools) > MAX_TOOLS:
        yield ValueProblem((), f"At most {MAX_TOOLS} tools can be given.")
        return
    if nests_deeper(tools, LIMIT_DEPTH):
        yield ValueProblem(
            (), f"Tools nest too deeply: objects and lists may nest {LIMIT_DEPTH} deep at the most."
        )
        return
    if len(json.dumps(tools, ensure_ascii=False).encode("utf-8", "surrogatepass")) > LIMIT_BYTES:
        yield ValueProblem(
            (), f"The tools are too large: at most {LIMIT_BYTES:,} bytes of JSON are taken. Shorten them."
        )
        return
    seen: dict[str, int] = {}
    for index, tool in enumerate(tools):
        yield from _one_tool_problems(index, tool, seen)


def _one_tool_problems(index: int, tool: object, seen: dict[str, int]) -> Iterator[ValueProblem]:
    which = f"Tool {index + 1}"
    if not isinstance(tool, dict) or tool.get("type") != "function":
        yield ValueProblem((index,), f'{which} is not of the form {{"type": "function", "function": {{…}}}}.')
        return
    function = tool.get("function")
    if not isinstance(function, dict):
        yield ValueProblem((index,), f'{which} has no "function" object.')
        return
    name = function.get("name")
    if not isinstance(name, str) or not _FUNCTION_NAME.fullmatch(name):
        yield ValueProblem(
            (index, "function", "name"),
            f"{which} needs a function name of 1 to 64 Latin letters, digits, underscores or hyphens.",
        )
    elif name in seen:
        yield ValueProblem(
            (index, "function", "name"), f"{which} has the same name as tool {seen[name] + 1}: {name}."
        )
    else:
        seen[name] = index
    if not isinstance(function.get("description", ""), str):
        yield ValueProblem(
            (index, "function", "description"), f"The description of tool {index + 1} is not a text."
        )
    yield from _schema_problems(index, function.get("parameters", {}))


def _schema_problems(index: int, schema: object) -> Iterator[ValueProblem]:
    """Check a function's parameters, a JSON Schema (OpenAI)."""
    path: Path = (index, "function", "parameters")
    if not isinstance(schema, dict):
        yield ValueProblem(
            path, f"The parameters of tool {index + 1} are not an object (a JSON Schema): {{ … }}."
        )
        return
    fault = schema_fault(schema)
    if fault is not None:
        where = f" at {printable('.'.join(map(str, fault.path)))}" if fault.path else ""
        yield ValueProblem(
            (*path, *fault.path),
            f"The parameters of tool {index + 1} are no valid JSON Schema{where}: {fault.message}.",
        )


def header_problems(headers: Sequence[tuple[str, object]]) -> Iterator[ValueProblem]:
    """Check header names and values; the path is the header's name."""
    for name, value in headers:
        if not isinstance(value, str):
            yield ValueProblem((name,), f'The value of the header "{printable(name)}" is not a text.')
            return
    try:
        check_headers([(name, str(value)) for name, value in headers])
    except HeaderError as error:
        yield ValueProblem((_first_wrong(headers),), error.message)


def _first_wrong(headers: Sequence[tuple[str, object]]) -> str:
    """Return the name of the first header that can't be sent by itself, or else of the last one."""
    for name, value in headers:
        try:
            check_header(name, str(value))
        except HeaderError:
            return name
    return headers[-1][0]


def parameter_problems(parameters: object) -> Iterator[ValueProblem]:
    """Check other parameters of the LLM: any JSON object."""
    if not isinstance(parameters, dict):
        yield ValueProblem((), "Parameters are an object: { … }.")


def temperature_problems(temperature: object) -> Iterator[ValueProblem]:
    """Check the temperature. Just AI recommends 0 to 1; other values are left to the provider."""
    if isinstance(temperature, bool) or not isinstance(temperature, int | float):
        yield ValueProblem((), "The temperature is not a number.")
    elif not math.isfinite(temperature) or not 0 <= temperature <= 100:
        yield ValueProblem((), "The temperature is out of range: 0 to 1 is recommended.")


def filler_problems(config: Mapping[str, Any]) -> Iterator[ValueProblem]:
    """Check Just AI's ``fillersPhraseConfig``: at least one phrase in ``fillerPhrase`` or ``fillerPhrasesList``."""
    phrase = config.get("fillerPhrase") or ""
    phrases = config.get("fillerPhrasesList") or []
    if not isinstance(phrase, str):
        yield ValueProblem(("fillerPhrase",), "fillerPhrase is not a text.")
        return
    if not isinstance(phrases, list) or not all(isinstance(item, str) for item in phrases):
        yield ValueProblem(("fillerPhrasesList",), "fillerPhrasesList is not a list of texts.")
        return
    if len(phrase) > MAX_PHRASE_CHARS:
        yield ValueProblem(("fillerPhrase",), f"A phrase may have at most {MAX_PHRASE_CHARS} characters.")
    if len(phrases) > MAX_PHRASES:
        yield ValueProblem(("fillerPhrasesList",), f"At most {MAX_PHRASES} phrases can be given.")
    for index, item in enumerate(phrases):
        if not item.strip():
            yield ValueProblem(
                ("fillerPhrasesList", index), f"Phrase {index + 1} of fillerPhrasesList is empty."
            )
        elif len(item) > MAX_PHRASE_CHARS:
            yield ValueProblem(
                ("fillerPhrasesList", index),
                f"Phrase {index + 1} of fillerPhrasesList may have at most {MAX_PHRASE_CHARS} characters.",
            )
    if not phrase.strip() and not phrases:
        yield ValueProblem((), "Give at least one phrase: fillerPhrase or fillerPhrasesList.")
    yield from _delay_problems(config.get("activationDelayMs"))


def _delay_problems(delay_ms: object) -> Iterator[ValueProblem]:
    if delay_ms is None:
        return
    if isinstance(delay_ms, bool) or not isinstance(delay_ms, int) or not 0 <= delay_ms <= MAX_DELAY_MS:
        yield ValueProblem(
            ("activationDelayMs",),
            f"activationDelayMs is a whole number of milliseconds from 0 to {MAX_DELAY_MS:,}.",
        )


def barge_in_problems(barge_in: Mapping[str, Any]) -> Iterator[ValueProblem]:
    """Check Just AI's ``$dialer.bargeInResponse`` and the reply's ``bargeInReply``."""
    mode = barge_in.get("bargeIn")
    if mode is not None and mode not in set(BargeIn):
        yield ValueProblem(("bargeIn",), f"bargeIn is one of {', '.join(BargeIn)}.")
    if barge_in.get("bargeInTrigger") not in {None, "final", "interim"}:
        yield ValueProblem(("bargeInTrigger",), "bargeInTrigger is final or interim.")
    quiet_ms = barge_in.get("noInterruptTime")
    if quiet_ms is None:
        return
    if isinstance(quiet_ms, bool) or not isinstance(quiet_ms, int) or not 0 <= quiet_ms <= MAX_DELAY_MS:
        yield ValueProblem(
            ("noInterruptTime",),
            f"noInterruptTime is a whole number of milliseconds from 0 to {MAX_DELAY_MS:,}.",
        )


def tool_mock_problems(tool_mocks: Mapping[str, Any]) -> Iterator[ValueProblem]:
    """Check the lists of mocks: where one entry has conditions, each has to be a mock."""
    for name, saved in tool_mocks.items():
        place = misfit_in(saved)
        if place is not None:
            form = '{"when": {…}, "result": …}'
            yield ValueProblem(
                (name, place), f"Mock {place + 1} of {printable(name)} is not of the form {form}."
            )


def excerpt(text: str) -> str:
    """Return at most 60 characters of a document for a sentence, with line breaks and a mark if cut."""
    shown = "\n".join(map(printable, text[:60].split("\n")))
    return f"{shown} …" if len(text) > 60 else shown


def printable(text: str, most: int = 60) -> str:
    """Return at most ``most`` characters of typed text for a sentence, without control characters."""
    return "".join(char if char.isprintable() else "�" for char in text[:most])
