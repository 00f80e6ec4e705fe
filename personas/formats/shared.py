"""Reads the members that Tavus' ``layers.llm`` and JAICP's ``llmRequest`` share: headers and tools."""

from personas.formats.fields import Fields
from personas.formats.rules import ValueProblem, header_problems, tool_problems
from playground.engine.json_types import Json


def read_headers(fields: Fields) -> list[tuple[str, str]]:
    """Return ``headers`` as pairs in order, validated. Raises FormatError."""
    return checked_headers(fields, "headers")


def checked_headers(fields: Fields, key: str) -> list[tuple[str, str]]:
    """Return this member's headers, validated. Raises FormatError."""
    headers = fields.json(key)
    if headers is None:
        return []
    if not isinstance(headers, dict):
        fields.refuse(key, [ValueProblem((), f'{key} are an object: {{"Name": "value"}}.')])
    pairs = list(headers.items())
    fields.refuse(key, header_problems(pairs))
    return pairs


def read_tools(fields: Fields) -> list[Json]:
    """Return ``tools``, validated, without placeholders (``<your-tools-here>``). Raises FormatError."""
    tools = fields.json("tools")
    if tools is None:
        return []
    fields.refuse("tools", tool_problems(tools))
    return list(tools)


def note_gaps(fields: Fields) -> None:
    """Note each ``…`` among the members of an object."""
    for gap in fields.source.gaps:
        line = fields.source.line_of(gap.offset)
        fields.notes.add(f"Line {line}: {gap.text[:60]} stands for something that is not in the text.")
