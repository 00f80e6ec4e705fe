"""What reading a document gives: a persona's document, the secrets in it, what could not be taken over."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class DraftSecret:
    """A credential that the document holds or names.

    ``value`` is None where only a name, or a placeholder, stands. ``hosts`` are the allowed-host entries of
    the address beside it; none: usable nowhere. ``is_named``: the document chose the name (JAICP's
    ``tokenSecret``, ``{{secret:NAME}}``); else the name is a proposal and may be changed to one that is free.
    """

    name: str
    value: str | None = field(default=None, repr=False)
    hosts: tuple[str, ...] = ()
    is_named: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A persona that was read and is not stored yet.

    ``document`` has the shape that `playground.engine.persona` documents.
    """

    platform: str
    document: dict[str, Any]
    secrets: tuple[DraftSecret, ...] = ()
    notes: tuple[str, ...] = ()
    initial_messages: tuple[dict[str, str], ...] = ()
    """JAICP's literal ``messages``: the history with which a conversation begins."""
