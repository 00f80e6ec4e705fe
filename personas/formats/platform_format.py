"""What every platform's documents answer: which text is one, how one is read, written, converted and advised on.

The wire side of a platform is `playground.engine.platforms.platform.Platform`; its name and its labels are there.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from personas.formats.conversion_notes import ConversionNote
from personas.formats.draft import Draft
from personas.formats.field_note import FieldNote, Topic
from personas.formats.nodes import Node
from personas.formats.tolerant import Source
from playground.engine.json_types import Json
from playground.engine.platforms.platform import Platform
from playground.engine.request import Surroundings

Document = Mapping[str, Any]
"""A persona's document, of the shape that `playground.engine.persona_document` documents."""


OWN = ""
"""In a format's ``listing``: here stand the differences that `PlatformFormat.own` makes, in their own order."""


@dataclass(frozen=True, slots=True)
class FileFormat:
    """How an exported file is called and typed."""

    label: str
    """The format, as the export page names it."""
    ending: str
    content_type: str


@dataclass(frozen=True, slots=True)
class EditorTexts:
    """How the persona's editor calls the document."""

    name: str
    """On the button that shows it."""
    label: str
    secret: str
    """What a token secret stands as: the end of a sentence."""


@dataclass(frozen=True, slots=True)
class PastedTexts:
    """How pages and refusals call a document that may be pasted."""

    document: str
    """One of them, with its article: "a Tavus persona"."""
    text: str
    """What is to be pasted, in a word or two."""
    beginning: str
    """The same, with how it begins."""
    imported: str
    """What the import form's box takes."""
    started: str
    """What the start page's box takes, where a conversation may be pasted too."""
    example: str
    """One in a line."""


@dataclass(frozen=True, slots=True)
class PartNames:
    """What a document calls its parts, for the sentences about a conversion."""

    document: str
    """What speaks in it: a persona, a script."""
    parameters: str
    tools: str
    secret: str
    """The key beside which the token secret stands; ``{}`` where its name belongs, if it stands there."""


@dataclass(frozen=True, slots=True)
class OwnApi:
    """The HTTP API of the platform itself, in requests to which its documents may stand."""

    host: str
    """With all hosts under it."""
    key_header: str
    """The header that signs a request, in lower case."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """A persona on its way from one platform to another."""

    source: "PlatformFormat"
    target: "PlatformFormat"
    before: Document
    """As the source has it."""
    neutral: Document
    after: Document
    """As the target adopts it."""


class PlatformFormat(Protocol):
    """The documents of one platform."""

    platform: Platform
    file: FileFormat
    face: EditorTexts
    pasted: PastedTexts
    words: PartNames
    api: OwnApi | None

    # Reading

    keys_in_code: frozenset[str]
    """Keys of which one makes an object that stands in code a document of this platform."""

    def is_own_language(self, text: str) -> bool:
        """Whether the text is a script of the platform's own, so that no object in it is looked for."""

    def items(self, source: Source, node: Node) -> list[Node] | None:
        """The documents in a list of them, as the platform's API gives it; None: the object is no such list."""

    def recognises(self, node: Node) -> bool:
        """Whether the object is a document of this platform."""

    def read(self, source: Source, node: Node, *, site_url: str) -> Draft:
        """The persona that a recognised object describes. Raises FormatError for a value that is wrong.

        An address behind ``site_url`` is the app's own, as `write` writes it.
        """

    def read_text(self, source: Source, start: int, *, site_url: str) -> Draft | None:
        """As `read`, of a text that is no object; None: it isn't the platform's. Raises FormatError."""

    # Writing

    def write(self, document: Document, *, site_url: str) -> str:
        """One of its own documents as a file, secrets by name. ``site_url`` stands before the app's own addresses."""

    def face_text(self, document: Document) -> str:
        """One of its own documents as the persona's editor shows it."""

    def merged(self, stored: Json, read: Json) -> Json:
        """A document that was read from a text, with all that the text has no word for as the stored one has it."""

    # Converting

    parts: frozenset[str]
    """Which of ``default_replica_id``, ``tts``, ``vqa`` and ``other_layers`` its documents have."""
    listing: tuple[str, ...]
    """The fields in the order in which a report on a conversion to it lists them, `OWN` for what it changes of its own.

    What isn't named follows.
    """

    def own(self, document: Document) -> Json:
        """A document of the platform with only what its format can hold.

        ``parts``, fillers and barge-in settings are left to the caller.
        """

    def own_notes(self, document: Document) -> Iterator[ConversionNote]:
        """What `own` changes in the document."""

    def neutral(self, document: Document, surroundings: Surroundings) -> Json:
        """One of its own documents in common words: a CUSTOM_LLM at a whole URL, every header written out."""

    def leaving(self, conversion: Conversion) -> Iterator[ConversionNote]:
        """What `neutral` changes."""

    def adopted(self, neutral: Document) -> Json:
        """A neutral document as one of its own."""

    def adopting(self, conversion: Conversion) -> Iterator[ConversionNote]:
        """What `adopted` changes. Names of secret and parameters are compared by the caller."""

    # Advice

    def notes(self, topic: Topic, document: Document) -> Iterator[FieldNote]:
        """What the platform makes of one of its own documents."""

    def advice_on_size(self, tokens: int) -> str:
        """What it says about a prompt of about this many tokens; empty: nothing."""
