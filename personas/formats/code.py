"""Finds a document in code: an assignment, an export, a call's argument, in Python or JavaScript."""

import re
from collections.abc import Set
from dataclasses import dataclass

from personas.formats.bindings import Bindings
from personas.formats.curl import platform_key_sentence
from personas.formats.nodes import Node
from personas.formats.script import read_script
from personas.formats.tolerant import Source

STRING = (
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\''
    r'|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|\'[^\'\\\n]*(?:\\.[^\'\\\n]*)*\''
)
_TOKEN = re.compile(
    rf"""
      (?P<skip>//[^\n]*|/\*.*?(?:\*/|\Z)|`[^`\\]*(?:\\.[^`\\]*)*`)
    | (?P<string>{STRING})
    | (?P<open>[{{\[(])
    | (?P<close>[}}\])])
    | (?P<word>[A-Za-z_$][\w$]*)
    """,
    re.DOTALL | re.VERBOSE,
)
SKIPPED = r"(?P<skip>//[^\n]*|/\*.*?(?:\*/|\Z)|`[^`]*`)"
_OF_PYTHON = re.compile(
    rf"{SKIPPED}|(?P<quotes>[rRfF]?(?:\"\"\"|'''))|(?P<string>{STRING})"
    r"|(?P<mark>\b(?:True|False|None)\b|^[ \t]*(?:import|from|def)\b|^[ \t]*\#"
    r"|\bdict\(|\brequests\.(?:post|put|patch|request)\(|[(,]\s*(?:json|data)=[{(\[]"
    r"|^\w+[ \t]*(?::[^=\n{]{1,80})?=[ \t]*[{(])",
    re.DOTALL | re.MULTILINE,
)
_RAW = re.compile(r"[rR]['\"]")
_OF_GO = re.compile(r"\w[ \t]*:=|\bstrings\.NewReader\(|\[\]byte\(")
MAX_BEFORE_OBJECT = 100
"""The most quotes, escapes and spaces before the object in a text."""
_PLATFORM_KEY = re.compile(r"""(x-api-key)["']?\s*[:=]""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CodeObject:
    """An object with its names replaced by their values, and notes on the code around it."""

    node: Node
    notes: tuple[str, ...]


def is_python(text: str) -> bool:
    """Whether the text contains syntax that only Python has."""
    return any(match["quotes"] or match["mark"] for match in _OF_PYTHON.finditer(text))


def find_object(source: Source, keys: Set[str]) -> CodeObject | None:
    """Return the first object in the code with one of the keys, or None. Raises FormatError."""
    offset = _object_with(source, keys, 0)
    if offset is None:
        return None
    names = read_script(source).names
    node, end = source.read(offset)
    filled = names.filled(node)
    notes = [*names.unfollowed(), *_changed_later(source, names, offset)]
    another = _object_with(source, keys, end)
    if another is not None and not _is_named(source, names, another):
        line = source.line_of(another)
        notes.append(f"Line {line}: another document begins there; the first one was taken.")
    notes += about_platform_key(source.text[:offset] + source.text[end:])
    return CodeObject(filled, tuple(dict.fromkeys(notes)))


def about_platform_key(around: str) -> list[str]:
    """Return a note if the code around a document contains the platform's key."""
    key = _PLATFORM_KEY.search(around)
    return [platform_key_sentence(key[1])] if key else []


def find_text(source: Source, keys: Set[str]) -> str | None:
    """Return the first string literal with such an object, after as many line breaks as precede it, or None."""
    for match in _TOKEN.finditer(source.text):
        literal = match["string"] or (match["skip"] or "")
        if literal.startswith("/") or "{" not in literal[:MAX_BEFORE_OBJECT]:
            continue
        text = _text_of(source, literal, match.start())
        if text.lstrip().startswith("{") and any(key in text for key in keys):
            return "\n" * source.text.count("\n", 0, match.start()) + text
    return None


def _text_of(source: Source, literal: str, at: int) -> str:
    """Return a literal's text; empty if it is composed. Go escapes nothing between backticks."""
    if literal.startswith("`") and _OF_GO.search(source.text, 0, at):
        return literal[1:-1]
    is_raw = _RAW.match(source.text, max(0, at - 1)) is not None
    node, _ = source.read_string(at - is_raw)
    return node.value if isinstance(node.value, str) else ""


def _object_with(source: Source, keys: Set[str], begin: int) -> int | None:
    """Return the offset of the first object that itself has one of the keys, or None."""
    opened: list[tuple[str, int]] = []
    for token in _TOKEN.finditer(source.text, begin):
        if token["open"]:
            opened.append(_opening(source, token.start()))
        elif token["close"] and opened:
            opened.pop()
        elif opened and opened[-1][0] and (token["string"] or token["word"]):
            mark, offset = opened[-1]
            key = token["word"] or token["string"][1:-1]
            if key in keys and source.text.startswith(mark, source.skip(token.end())):
                return offset
    return None


def _opening(source: Source, at: int) -> tuple[str, int]:
    """Return what follows a key within this bracket (empty if it has no keys), and the object's offset."""
    if source.text[at] == "{":
        return ":", at
    call = source.dict_before(at) if source.text[at] == "(" else None
    return ("", at) if call is None else ("=", call)


def _changed_later(source: Source, names: Bindings, offset: int) -> list[str]:
    """Return a note for each change of the document after its definition."""
    for statement in names.statements:
        if statement.names_value and source.skip(statement.after) == offset:
            changes = names.changes(statement.path, offset, len(source.text))
            return [names.sentence(change) for change in changes]
    return []


def _is_named(source: Source, names: Bindings, offset: int) -> bool:
    """Whether the object replaced a name, and so is no document of its own."""
    return any(
        statement.names_value and source.skip(statement.after) == offset and names.is_asked(statement)
        for statement in names.statements
    )
