"""Parley is registered for each test here, in this process and in the one that reads documents."""

from collections.abc import Iterator

import pytest

from personas import reading
from personas.endable_processes import EndableProcesses
from playground.engine.limits import MIB
from tests.llm_server.fixture import (
    every_connection_has_an_end,
    llm_server,
    llm_server_process,
    loopback_is_open,
    outgoing_is_closed,
)
from tests.playground.stage import stage
from tests.third_platform import document_process

__all__ = [
    "every_connection_has_an_end",
    "llm_server",
    "llm_server_process",
    "loopback_is_open",
    "outgoing_is_closed",
    "parley",
    "stage",
]


@pytest.fixture(autouse=True)
def parley(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    readers = EndableProcesses(document_process.__name__, answer_bytes=MIB)
    document_process.register()
    monkeypatch.setattr(reading, "readers", readers)
    try:
        yield
    finally:
        document_process.unregister()
        readers.end()
