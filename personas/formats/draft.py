"""The result of reading a document: a persona's document, its secrets, and notes on what was left out."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class DraftSecret:
    """A credential that the document contains or names.

    ``value`` is None if there is only a name or a placeholder. ``hosts`` are the allowed-host entries of the address
    beside it; empty if usable nowhere. ``is_named``: the document chose the name (JAICP's ``tokenSecret``,
    ``{{secret:NAME}}``); otherwise the name is a proposal that may be changed to a free one.
    """

    name: str
    value: str | None = field(default=None, repr=False)
    hosts: tuple[str, ...] = ()
    is_named: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A persona that was read but isn't stored yet.

    ``document`` has the shape that `playground.engine.persona_document` documents.
    """

    platform: str
    document: dict[str, Any]
    secrets: tuple[DraftSecret, ...] = ()
    notes: tuple[str, ...] = ()
    initial_messages: tuple[dict[str, str], ...] = ()
    """JAICP's literal ``messages``: the history with which a conversation begins."""
