"""Notes about the fields of a persona's document."""

from dataclasses import dataclass
from enum import Enum, auto


@dataclass(frozen=True, slots=True)
class FieldNote:
    """A note: one sentence for a person, with nothing that prevents a start, and the form field it belongs to."""

    field: str
    message: str


class Topic(Enum):
    """The topics on which a platform is asked for its notes, in this order; Greenroom adds its own between them."""

    SYSTEM_PROMPT = auto()
    CONTEXT = auto()
    ADDRESS = auto()
    PARAMETERS = auto()
    TEMPERATURE = auto()
    TOOLS = auto()
    EVENTS = auto()
    FILLER = auto()
    PROVIDER = auto()
    VOICE = auto()
    OTHER_KEYS = auto()
