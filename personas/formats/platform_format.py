"""The interface of a platform's documents: recognising, reading, writing, converting and advising.

The wire side of a platform is `playground.engine.platforms.platform.Platform`, which has its name and labels.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from personas.formats.conversion_notes import ConversionNote
from personas.formats.document_keys import DocumentKey
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
"""In a format's ``listing``, the place of the notes of `PlatformFormat.own_notes`, in their own order."""


@dataclass(frozen=True, slots=True)
class FileFormat:
    """The type of an exported file."""

    label: str
    """The format, as the export page names it."""
    ending: str
    content_type: str


@dataclass(frozen=True, slots=True)
class EditorTexts:
    """What the persona's editor calls the document."""

    name: str
    """On the button that shows it."""
    label: str
    secret: str
    """How a token secret is written: the end of a sentence."""
    is_json: bool
    """Whether it is JSON, or a script around an object."""
    keys: tuple[DocumentKey, ...]


@dataclass(frozen=True, slots=True)
class PastedTexts:
    """What pages and error messages call a document that can be pasted."""

    document: str
    """One of them, with its article: "a Tavus persona"."""
    text: str
    """What to paste, in a word or two."""
    beginning: str
    """The same with its first characters."""
    imported: str
    """The label of the import form's box."""
    started: str
    """The label of the start page's box, which also takes a conversation."""
    example: str
    """An example on one line."""


@dataclass(frozen=True, slots=True)
class PartNames:
    """What a document calls its parts, for notes on a conversion."""

    document: str
    """What it describes: a persona, a script."""
    parameters: str
    tools: str
    secret: str
    """The key of the token secret; ``{}`` marks its name's place, if it has one."""


@dataclass(frozen=True, slots=True)
class OwnApi:
    """The HTTP API of the platform itself, in requests to which its documents may stand."""

    host: str
    """With all hosts under it."""
    key_header: str
    """The header that signs a request, in lower case."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """A conversion of a persona's document from one platform to another."""

    source: "PlatformFormat"
    target: "PlatformFormat"
    before: Document
    """The source's document."""
    neutral: Document
    after: Document
    """The document as the target adopts it."""


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
    """Any of these keys marks an object within code as a document of this platform."""

    def is_own_language(self, text: str) -> bool:
        """Whether the text is a script of the platform's own, which isn't searched for an object."""

    def items(self, source: Source, node: Node) -> list[Node] | None:
        """Return the documents of a list, as the platform's API returns it; None if the object is no such list."""

    def recognises(self, node: Node) -> bool:
        """Whether the object is a document of this platform."""

    def read(self, source: Source, node: Node, *, site_url: str) -> Draft:
        """Return the persona that a recognised object describes. Raises FormatError for an invalid value.

        An address prefixed with ``site_url`` is this app's own, as `write` writes it.
        """

    def read_text(self, source: Source, start: int, *, site_url: str) -> Draft | None:
        """Read a text that is no object, like `read`; return None if it isn't the platform's. Raises FormatError."""

    # Writing

    def write(self, document: Document, *, site_url: str) -> str:
        """Return one of its own documents as a file, secrets by name.

        This app's own addresses are prefixed with ``site_url``.
        """

    def face_text(self, document: Document) -> str:
        """Return one of its own documents as the persona's editor shows it."""

    def merged(self, stored: Json, read: Json) -> Json:
        """Return the document read from a text, completed from the stored one with all that the text can't express."""

    # Converting

    parts: frozenset[str]
    """The parts that its documents have, of ``default_replica_id``, ``tts``, ``vqa`` and ``other_layers``."""
    listing: tuple[str, ...]
    """The order of fields in the notes on a conversion to it, with `OWN` for `own_notes`.

    Other fields follow.
    """

    def own(self, document: Document) -> Json:
        """Return a document of the platform reduced to what its format can hold.

        ``parts``, fillers and barge-in settings are the caller's.
        """

    def own_notes(self, document: Document) -> Iterator[ConversionNote]:
        """Yield notes on what `own` changes in the document."""

    def neutral(self, document: Document, surroundings: Surroundings) -> Json:
        """Return one of its own documents in common terms: a CUSTOM_LLM at a full URL, with every header."""

    def leaving(self, conversion: Conversion) -> Iterator[ConversionNote]:
        """Yield notes on what `neutral` changes."""

    def adopted(self, neutral: Document) -> Json:
        """Return a neutral document as one of its own."""

    def adopting(self, conversion: Conversion) -> Iterator[ConversionNote]:
        """Yield notes on what `adopted` changes. The caller compares the names of secret and parameters."""

    # Advice

    def notes(self, topic: Topic, document: Document) -> Iterator[FieldNote]:
        """Yield the platform's notes on one of its own documents."""

    def advice_on_size(self, tokens: int) -> str:
        """Return its note on a prompt of about this many tokens; empty for none."""
