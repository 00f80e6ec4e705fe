"""Reads pages: the text of their parts, and their forms as a browser would send them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser

Attributes = dict[str, str]
Token = tuple[str, str, Attributes]
"""Of which kind it is, its tag or its text, and the attributes of a start tag."""
START, END, DATA = "start", "end", "data"
VOID = frozenset(
    {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
LINES = frozenset({"dd", "dt", "h1", "h2", "h3", "li", "p", "td", "th", "tr"})
"""Elements whose text begins a line."""


class _Tokens(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tokens: list[Token] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tokens.append((START, tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        self.tokens.append((END, tag, {}))

    def handle_data(self, data: str) -> None:
        self.tokens.append((DATA, data, {}))


@lru_cache(maxsize=8)
def _tokens(html: str) -> list[Token]:
    """Return what stands on the page; of one page several parts are read, one after the other."""
    parser = _Tokens()
    parser.feed(html)
    return parser.tokens


class _Reader:
    def read(self, html: str) -> None:
        for kind, text, attributes in _tokens(html):
            if kind == START:
                self.handle_start(text, attributes)
            elif kind == END:
                self.handle_end(text)
            else:
                self.handle_data(text)

    def handle_start(self, tag: str, attributes: Attributes) -> None:
        raise NotImplementedError

    def handle_end(self, tag: str) -> None:
        raise NotImplementedError

    def handle_data(self, data: str) -> None:
        raise NotImplementedError


class _Parts(_Reader):
    def __init__(self, is_wanted: Callable[[str, Attributes], bool]) -> None:
        self._wanted = is_wanted
        self._open: list[str] = []
        self._depth = 0
        """How many elements are open where the wanted one began; 0: none is read."""
        self.parts: list[str] = []

    def handle_start(self, tag: str, attributes: Attributes) -> None:
        if tag in VOID:
            return
        if self._depth and tag in LINES:
            self.parts[-1] += "\n"
        self._open.append(tag)
        if not self._depth and self._wanted(tag, attributes):
            self._depth = len(self._open)
            self.parts.append("")

    def handle_end(self, tag: str) -> None:
        if tag not in self._open:
            return
        while self._open.pop() != tag:
            pass
        if len(self._open) < self._depth:
            self._depth = 0

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.parts[-1] += data


def parts(html: str, is_wanted: Callable[[str, Attributes], bool]) -> list[str]:
    """Return the verbatim text of each wanted element."""
    reader = _Parts(is_wanted)
    reader.read(html)
    return reader.parts


def part_with_id(html: str, element_id: str) -> str:
    """Return the text of the element with this id; empty if there is none."""
    return next(iter(parts(html, lambda _, attributes: attributes.get("id") == element_id)), "")


def sentences(html: str, is_wanted: Callable[[str, Attributes], bool]) -> list[str]:
    """Return the text of each wanted element, its white space collapsed."""
    return [" ".join(text.split()) for text in parts(html, is_wanted)]


def lines(text: str) -> str:
    """Return the text's lines without the white space around them, and without empty ones."""
    return "\n".join(stripped for line in text.splitlines() if (stripped := " ".join(line.split())))


@dataclass
class Form:
    """The fields of a form with the values that it shows, and what its choices offer by label."""

    values: dict[str, str] = field(default_factory=dict)
    choices: dict[str, dict[str, str]] = field(default_factory=dict)

    def filled_in(self, values: dict[str, str]) -> dict[str, str]:
        """Return what is sent once these values are entered; a choice may be named by its label's first word."""
        sent = dict(self.values)
        for name, value in values.items():
            assert name in sent, f"The form has no field {name}."
            sent[name] = self.choices.get(name, {}).get(value, value)
        return sent


class _Fields(_Reader):
    def __init__(self) -> None:
        self.form = Form()
        self._select = ""
        self._option = ""
        self._area = ""

    def handle_start(self, tag: str, attributes: Attributes) -> None:
        name = attributes.get("name", "")
        if tag == "input" and name and attributes.get("type") not in ("submit", "checkbox", "radio", "file"):
            self.form.values.setdefault(name, attributes.get("value", ""))
        elif tag == "select" and name:
            self._select = name
            self.form.values[name] = ""
            self.form.choices[name] = {}
        elif tag == "option" and self._select:
            self._option = attributes.get("value", "")
            if "selected" in attributes:
                self.form.values[self._select] = self._option
        elif tag == "textarea" and name:
            self._area = name
            self.form.values[name] = ""

    def handle_end(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea" and self._area:
            self.form.values[self._area] = self.form.values[self._area].removeprefix("\n")
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.form.values[self._area] += data
        elif self._select and self._option and data.strip():
            self.form.choices[self._select].setdefault(data.split()[0], self._option)


def form_of(html: str) -> Form:
    """Return all fields of the page's forms together."""
    reader = _Fields()
    reader.read(html)
    return reader.form
