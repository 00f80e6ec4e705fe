"""Composes the system message from its three parts, and fills the caller's placeholders.

Tavus, "LLM Abstractions": system_prompt (who the persona is), context (what it has) and conversational_context (whom it
talks to) are concatenated. The documents don't say how; Greenroom assumes blank lines between parts that aren't empty.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SEPARATOR = "\n\n"
_PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of a part of the system message; offsets in code points."""

    origin: str
    """system_prompt, context or conversational_context"""
    start: int
    end: int

    def as_json(self) -> dict[str, Any]:
        return {"origin": self.origin, "start": self.start, "end": self.end}


@dataclass(frozen=True, slots=True)
class SystemMessage:
    text: str
    origins: tuple[Origin, ...]


def compose_system_message(system_prompt: str, context: str, conversational_context: str) -> SystemMessage:
    """Join the parts that are more than white space, each verbatim."""
    parts = {
        "system_prompt": system_prompt,
        "context": context,
        "conversational_context": conversational_context,
    }
    text = ""
    origins = []
    for origin, part in parts.items():
        if not part.strip():
            continue
        if text:
            text += SEPARATOR
        origins.append(Origin(origin, len(text), len(text) + len(part)))
        text += part
    return SystemMessage(text, tuple(origins))


def placeholders(text: str) -> list[str]:
    """Return the names of a text's ``{identifier}`` placeholders, each once, in order of appearance."""
    return list(dict.fromkeys(_PLACEHOLDER.findall(text)))


def fill_placeholders(text: str, values: Mapping[str, str]) -> str:
    """Replace ``{identifier}``s by values, in one pass: a value that looks like a placeholder is not replaced."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)
