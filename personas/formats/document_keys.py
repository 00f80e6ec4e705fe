"""A key that a platform's documents may have, for completion while one is typed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DocumentKey:
    """``path`` names it from the document's beginning: ``layers.llm.tools[].type``."""

    path: str
    help: str = ""
    """What it is, in a sentence; empty for a setting, whose own help text says it."""
    field: str = ""
    """The persona form's field of a setting."""


def tool_keys(path: str) -> tuple[DocumentKey, ...]:
    """Return the keys of OpenAI's functions, which stand in the list at ``path``."""
    function = f"{path}[].function"
    return (
        DocumentKey(f"{path}[].type", 'Always "function".'),
        DocumentKey(function, "The function: name, description, parameters."),
        DocumentKey(f"{function}.name", "At most 64 Latin letters, digits, _ and -."),
        DocumentKey(f"{function}.description", "When and why the LLM calls it."),
        DocumentKey(f"{function}.parameters", "Its arguments, as a JSON Schema."),
    )
