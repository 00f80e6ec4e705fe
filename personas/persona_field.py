"""What the declaration of a persona's setting says: its place in the document, its kind, its texts, its bounds."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Any

from personas.formats.rules import ValueProblem
from playground.engine.platforms.platform import Platform
from playground.engine.platforms.registry import platforms

PLATFORMS = "{platforms}"
"""Marks the place of the platform's own sentence in a text; without it that comes at the end."""
ADDRESS_NAMES = "{address names}"
"""A label made of what the platforms' documents call the address of the LLM."""


class FieldKind(Enum):
    """What a value is, and so how forms take it and how the document holds it."""

    VALUE = auto()
    """A text, a number or a choice, as the model's column takes it."""
    TEXT = auto()
    """One line that stands within a column's object."""
    NUMBER = auto()
    """A whole number between its bounds."""
    CHOICE = auto()
    """One of ``choices``, which stands within a column's object."""
    PROMPT = auto()
    """Text of many lines, kept as typed."""
    ADDRESS = auto()
    HEADERS = auto()
    OBJECT = auto()
    LIST = auto()
    SECRET = auto()
    """A reference to a token secret; the document has its name."""
    FILLER = auto()
    """A reference to a filler config; the document has the whole config."""


Rule = Callable[[Any], Iterator[ValueProblem]]


class Vision(StrEnum):
    """What the form shows of the vqa layer."""

    ABSENT = "absent"
    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most that a number may be."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class PersonaField:
    """A column of the model, or one of the ``parts`` in which the form shows a column."""

    name: str
    """In the model and the form."""
    path: str
    """Its path in the document, such as ``llm.model``."""
    own_label: str = ""
    own_help: str = ""
    """Help text without the platform's own."""
    default: Any = ""
    """The value if the document has none. Copy it before storing it."""
    kind: FieldKind = FieldKind.VALUE
    choices: Mapping[str, str] | None = None
    """Labels by value."""
    bounds: Bounds | None = None
    """The bounds of a number."""
    rule: Rule | None = None
    """What else is wrong with an object or a list."""
    rows: int = 4
    """How high the form's text area is."""
    is_required: bool = False
    """Whether a document without it is refused."""
    parts: tuple["PersonaField", ...] = ()

    @property
    def label(self) -> str:
        if self.own_label != ADDRESS_NAMES:
            return self.own_label
        return " or ".join(dict.fromkeys(platform.address_name for platform in platforms()))

    def help_on(self, platform: Platform) -> str:
        """Return the help text on this platform: of another's setting also what it does there."""
        foreign = platform.foreign_fields.get(self.name)
        if foreign is None:
            return _with_platforms(self.own_help, platform.help_texts.get(self.name))
        owners = [owner for owner in platforms() if self.name not in owner.foreign_fields]
        return _with_platforms(self.own_help, *(owner.help_texts.get(self.name) for owner in owners), foreign)

    @property
    def place(self) -> tuple[str, str]:
        """The path of its object in the document (empty for the document itself), and its key there."""
        holder, _, key = self.path.rpartition(".")
        return holder, key

    def value_in(self, document: Mapping[str, Any]) -> Any:
        """Return its value in a document, or its default. Raises KeyError if it is required and missing."""
        holder, key = self.place
        if self.is_required:
            return (document[holder] if holder else document)[key]
        value = ((document.get(holder) or {}) if holder else document).get(key)
        return self.default if value is None or value == "" else value


@dataclass(frozen=True, slots=True)
class FormSection:
    """A section of the form."""

    slug: str
    short: str
    """The title in the list of sections."""
    title: str
    own_lead: str
    fields: tuple[PersonaField, ...]
    is_open: bool = False
    """Whether the form shows its fields before anybody asks for them."""

    def lead_on(self, platform: Platform) -> str:
        """Return the sentences under the title on a persona of this platform."""
        return _with_platforms(self.own_lead, platform.section_texts.get(self.slug))

    @property
    def form_fields(self) -> tuple[PersonaField, ...]:
        return tuple(shown for field in self.fields for shown in field.parts or (field,))


def _with_platforms(own: str, *sentences: str | None) -> str:
    before, _, after = own.partition(PLATFORMS)
    return " ".join(filter(None, (before.strip(), *sentences, after.strip())))
