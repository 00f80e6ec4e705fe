"""Tells why the database did not do what it was asked: it is held by others, it is full, or it does not answer."""

import sqlite3
from enum import StrEnum

from django.db import DatabaseError, InterfaceError, OperationalError

from playground.engine.errors.codes import Code, CommandError

RETRY_AFTER_S = 5
"""When to try again what failed for it."""


class Trouble(StrEnum):
    """The value is one sentence for a person."""

    HELD = "The database is held by other work, so nothing can be stored: try again in a moment."
    FULL = "The disk of the database is full, so nothing can be stored: make room there, and try again."
    AWAY = "The database does not answer, so nothing can be stored or read: try again in a moment."

    @property
    def code(self) -> Code:
        return Code.BUSY if self is Trouble.HELD else Code.NOT_STORED

    def refusal(self) -> CommandError:
        return CommandError(self.code, self.value, retry_after_ms=RETRY_AFTER_S * 1000)


_OF_SQLITE = {
    sqlite3.SQLITE_BUSY: Trouble.HELD,
    sqlite3.SQLITE_LOCKED: Trouble.HELD,
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_CANTOPEN: Trouble.AWAY,
    sqlite3.SQLITE_IOERR: Trouble.AWAY,
    sqlite3.SQLITE_READONLY: Trouble.AWAY,
}
"""By primary result code (sqlite.org/rescode.html); the extended ones have it in their lowest byte."""
_OF_POSTGRES = {
    "55P03": Trouble.HELD,  # lock_not_available
    "57014": Trouble.HELD,  # query_canceled, by its timeout
    "53100": Trouble.FULL,  # disk_full
    "53300": Trouble.AWAY,  # too_many_connections
}
"""PostgreSQL, appendix A."""
_AWAY_CLASSES = ("08", "57P")
"""Connection exceptions, and those of a server that stops, crashed or starts."""


def trouble_of(error: BaseException | None) -> Trouble | None:
    """Return the trouble that the exception tells of, itself or as its cause; None for any other failure."""
    while error is not None and not isinstance(error, DatabaseError | InterfaceError):
        error = error.__cause__
    if isinstance(error, InterfaceError):  # of a connection that was closed
        return Trouble.AWAY
    return _of_cause(error.__cause__) if isinstance(error, OperationalError) else None


def _of_cause(cause: BaseException | None) -> Trouble | None:
    if isinstance(cause, sqlite3.Error):
        return _OF_SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
    state = getattr(cause, "sqlstate", None)
    if state is None or state.startswith(_AWAY_CLASSES):
        return Trouble.AWAY
    return _OF_POSTGRES.get(state)
