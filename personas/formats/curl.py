"""Extracts the document from a pasted ``curl`` command, unescaped as its shell would, and notes its headers.

`shlex` gives no word offsets and doesn't know ``$'…'``, a backslash at a line's end or a here-document. Words are cut
here, so that an error in the document is reported at its position in the pasted text.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from personas.formats.nodes import FormatError
from personas.formats.rules import printable

_COMMAND = re.compile(
    r"(?:^|[\n;|&])[ \t]*(?:[$%>#!][ \t]*)?(?:[A-Za-z_]\w*=\S*[ \t]+)*curl(?:\.exe)?(?=[ \t\\^`\n])"
)
_ARGUMENT = re.compile(r"\s*(?:(?:-d|--data(?:-raw|-binary|-ascii)?|--json)[ =]?\s*)?(?=\$?['\"]\s*\{)")
_ESCAPED_OBJECT = re.compile(r'\s*\{(?:\s|(?P<of_json>\\[nrt]))*\\"')
"""An object with escaped quotes but no quotes around it; JSON also escapes its line breaks."""
_QUOTE_IN_QUOTES = "'\\''"
"""A single quote within a shell's single-quoted text; neither JSON nor a language writes it so."""
_PIECE = re.compile(
    r"""
      \$'(?P<ansi>[^'\\]*(?:\\.[^'\\]*)*)'
    | '(?P<single>[^']*)'
    | "(?P<double>[^"\\]*(?:\\.[^"\\]*)*)"
    | (?P<joined>\\\n)
    | \\(?P<escaped>.)
    | (?P<plain>(?:[^\s'"\\;|&<>$]|\$(?!'))+)
    """,
    re.DOTALL | re.VERBOSE,
)
_BETWEEN = re.compile(r"(?:[ \t\r\f\v]|\\\n)+")
_HERE_DOCUMENT = re.compile(r"<<-?[ \t]*(['\"]?)(\w{1,60})\1")
_REDIRECTION = re.compile(r"[<>]+&?")
_IN_DOUBLE_QUOTES = re.compile(r'\\(["\\$`\n])')
_IN_ANSI_QUOTES = re.compile(
    r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|(.))", re.DOTALL
)
_ANSI_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "a": "\a", "e": "\x1b"}
_DATA = ("--data-binary", "--data-ascii", "--data-raw", "--data", "--json")
_SHORT_DATA = re.compile(r"-[a-zA-Z]*d")
_CARRIES_A_KEY = re.compile(r"authorization|api-?key|token|cookie", re.IGNORECASE)
_PLATFORM = "tavusapi.com"
_STDIN = frozenset({"@-", "@/dev/stdin"})


@dataclass(frozen=True, slots=True)
class Command:
    """What the command sends."""

    text: str
    """The document, at its original line and column in the pasted text."""
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    offset: int
    """The offset of its text, after a quote."""


def read_command(pasted: str) -> Command | None:
    """Return the document of the text's first ``curl`` command, or None without one. Raises FormatError."""
    match = _COMMAND.search(pasted)
    if match is None or "{" in pasted[: match.start()]:
        return None
    text = _without_continuations(pasted)
    words, end = _words(text, match.end())
    data = list(_data(words))
    if not data:
        raise _error("This curl command sends no document: paste one with -d '{ … }'.", text, match.end() - 4)
    body, end = _body(text, data[0], match.start(), end)
    notes = [*_about_headers(words)]
    if len(data) > 1:
        notes.append("The command has more than one -d; the first one was read.")
    if rest := text[end:].strip():
        line = text.count("\n", 0, text.index(rest, end)) + 1
        notes.append(f"Line {line}: what follows the command was left out.")
    return Command(_in_place(body, text), tuple(notes))


def read_argument(pasted: str) -> str:
    """Return a document cut out of a command, without its quotes and their escapes; any other unchanged."""
    match = _ARGUMENT.match(pasted)
    if match is None:
        return _without_escapes(pasted) if pasted.lstrip().startswith("{") else pasted
    word, _ = _word(pasted, match.end())
    return _in_place(word, pasted)


def _without_escapes(document: str) -> str:
    """Return an object cut out of a quoted text, without the escapes that the quotes required."""
    escaped = _ESCAPED_OBJECT.match(document)
    if escaped is None:
        return document.replace(_QUOTE_IN_QUOTES, "'")
    if escaped["of_json"] is None:
        return _IN_DOUBLE_QUOTES.sub(r"\1", document)
    try:
        return str(json.loads(f'"{document}"', strict=False))
    except ValueError:
        return document


def platform_key_sentence(name: str) -> str:
    """Return a note on the key that signs a request to the platform itself."""
    what = f"{printable(name)} is the platform's key ({_PLATFORM}), not your LLM's"
    return f"{what}: it was left out, and is stored nowhere."


def _without_continuations(text: str) -> str:
    """Replace line continuations of Windows' shell (carets, Chrome's too) and PowerShell (backticks) by spaces."""
    if '^"' in text:
        text = re.sub(r"\^([^\n])", r"\1", text)
    return re.sub(r"[ \t][\^`][ \t]*\n", lambda match: " \\\n" + " " * (len(match[0]) - 3), text)


def _words(text: str, at: int) -> tuple[list[_Word], int]:
    """Return the command's words, and its end: a line's end, a pipe or a semicolon outside of quotes."""
    words: list[_Word] = []
    while at < len(text):
        between = _BETWEEN.match(text, at) or _HERE_DOCUMENT.match(text, at) or _REDIRECTION.match(text, at)
        if between:
            at = between.end()
        elif text[at] in "\n;|&":
            break
        else:
            word, at = _word(text, at)
            words.append(word)
    return words, at


def _word(text: str, at: int) -> tuple[_Word, int]:
    start, content = at, at
    pieces: list[str] = []
    while match := _PIECE.match(text, at):
        if not pieces and match.lastgroup in {"ansi", "single", "double"}:
            content = match.start(match.lastgroup)
        pieces.append(_unquoted(match))
        at = match.end()
    if at == start or (at < len(text) and text[at] in "'\""):
        raise _error("The quote that begins here is not closed.", text, at)
    return _Word("".join(pieces), content), at


def _unquoted(piece: re.Match[str]) -> str:
    if piece["double"] is not None:
        return _IN_DOUBLE_QUOTES.sub(lambda match: "" if match[1] == "\n" else match[1], piece["double"])
    if piece["ansi"] is not None:
        return _IN_ANSI_QUOTES.sub(_ansi_escape, piece["ansi"])
    return piece["single"] or piece["escaped"] or piece["plain"] or ""


def _ansi_escape(match: re.Match[str]) -> str:
    digits = match[1] or match[2] or match[3]
    if digits is None:
        return _ANSI_ESCAPES.get(match[4], match[4])
    code = int(digits, 16)
    return chr(code) if code <= 0x10FFFF else "\x00"


def _data(words: list[_Word]) -> Iterator[_Word]:
    """Yield the value of each ``-d`` or one of its longer names."""
    for index, word in enumerate(words):
        following = words[index + 1 : index + 2]
        if word.text in _DATA or _SHORT_DATA.fullmatch(word.text):
            yield from following
        elif word.text.startswith("-d") and not word.text.startswith("--"):
            yield _Word(word.text[2:], word.offset + 2)
        else:
            name, mark, value = word.text.partition("=")
            if mark and name in _DATA:
                yield _Word(value, word.offset + len(name) + 1)


def _body(text: str, data: _Word, start: int, end: int) -> tuple[_Word, int]:
    """Return the document, possibly from a here-document, and the end of the command."""
    if data.text in _STDIN:
        return _here_document(text, data, start)
    if data.text.startswith("@"):
        raise _error(
            f"The command sends the file {printable(data.text[1:])}: paste what is in it, or import the file itself.",
            text,
            data.offset,
        )
    return data, end


def _here_document(text: str, data: _Word, start: int) -> tuple[_Word, int]:
    match = _HERE_DOCUMENT.search(text, text.rfind("\n", 0, max(0, start)) + 1)
    line_end = text.find("\n", match.end()) if match else -1
    if match is None or line_end < 0:
        raise _error(
            "The command reads a document that is not in the text: paste it with the command.",
            text,
            data.offset,
        )
    closing = re.compile(rf"^[ \t]*{match[2]}[ \t]*$", re.MULTILINE).search(text, line_end)
    if closing is None:
        raise _error(f"The line {match[2]} that ends the document is missing.", text, match.start())
    return _Word(text[line_end + 1 : closing.start()], line_end + 1), closing.end()


def _about_headers(words: list[_Word]) -> Iterator[str]:
    """Yield a note for each credential of the command: it belongs to the request, not to the persona."""
    hosts = {
        urlsplit(word.text).hostname or "" for word in words if word.text.startswith(("https://", "http://"))
    }
    to_platform = any(host == _PLATFORM or host.endswith(f".{_PLATFORM}") for host in hosts)
    for index, word in enumerate(words[:-1]):
        name = words[index + 1].text.partition(":")[0].strip()
        if word.text in {"-u", "--user"}:
            yield "The user and password of the command (-u) were left out, and are stored nowhere."
        elif word.text in {"-H", "--header"} and _CARRIES_A_KEY.search(name):
            yield (
                platform_key_sentence(name)
                if to_platform
                else (
                    f"The header {printable(name)} of the command was left out, and is stored nowhere: "
                    "a key of your LLM goes into api_key."
                )
            )


def _in_place(body: _Word, text: str) -> str:
    """Return the document after as many line breaks and spaces as its position in the text has."""
    line = text.count("\n", 0, body.offset)
    return "\n" * line + " " * (body.offset - text.rfind("\n", 0, body.offset) - 1) + body.text


def _error(message: str, text: str, offset: int) -> FormatError:
    return FormatError(
        message, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset), offset=offset
    )
