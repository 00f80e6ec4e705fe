"""Checks of schemas and of arguments, in processes that are ended where a check takes too long."""

import atexit
from collections.abc import Sequence
from typing import Any

from personas.endable_processes import EndableProcesses
from playground.engine.limits import KIB, SCHEMA_CHECK_MS, SCHEMA_CHECK_WAIT_MS

_ANSWER_BYTES = 64 * KIB


class Checkers(EndableProcesses):
    """Processes that check; each question is a schema, with a call's arguments or without."""

    def __init__(self) -> None:
        super().__init__("personas.schema_process", answer_bytes=_ANSWER_BYTES)


def usable_schemas(schemas: Sequence[dict[str, Any]]) -> list[bool | None]:
    """Whether arguments can be checked against each; None: that took too long to find out."""
    questions = [{"schema": schema} for schema in schemas]
    return checkers.ask_all(questions, within_ms=SCHEMA_CHECK_MS, wait_ms=SCHEMA_CHECK_WAIT_MS)


checkers = Checkers()
atexit.register(checkers.end)
