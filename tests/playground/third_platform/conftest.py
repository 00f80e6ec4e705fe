"""Parley is registered for each test here, in this process and in the one that reads documents."""

from collections.abc import Iterator

import pytest

from personas import reading
from personas.endable_processes import EndableProcesses
from playground.engine.limits import MIB
from tests.playground.third_platform import document_process


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
