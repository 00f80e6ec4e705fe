"""Checks schemas and arguments in processes that are killed on a timeout."""

import atexit
from collections.abc import Sequence
from typing import Any

from personas.endable_processes import EndableProcesses
from playground.engine.limits import KIB, SCHEMA_CHECK_MS, SCHEMA_CHECK_WAIT_MS

_ANSWER_BYTES = 64 * KIB


class Checkers(EndableProcesses):
    """Processes that check. Each question is a schema, with or without a call's arguments."""

    def __init__(self) -> None:
        super().__init__("personas.schema_process", answer_bytes=_ANSWER_BYTES)


def usable_schemas(schemas: Sequence[dict[str, Any]]) -> list[bool | None]:
    """Return for each schema whether arguments can be checked against it; None after a timeout."""
    questions = [{"schema": schema} for schema in schemas]
    return checkers.ask_all(questions, within_ms=SCHEMA_CHECK_MS, wait_ms=SCHEMA_CHECK_WAIT_MS)


checkers = Checkers()
atexit.register(checkers.end)
