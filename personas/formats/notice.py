"""A sentence about a persona's document, and where among the others it stands."""

from dataclasses import dataclass
from enum import Enum, auto


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence, and the form field that it belongs to."""

    field: str
    message: str


class Topic(Enum):
    """What a platform is asked for its notices about, in this order; Greenroom's own stand between them."""

    PROMPT = auto()
    ADDRESS = auto()
    TOOLS = auto()
    EVENTS = auto()
    FILLER = auto()
    PROVIDER = auto()
    VOICE = auto()
    OTHER_KEYS = auto()
