"""Events into the frames that carry them: none is longer than a page takes in one task."""

from collections.abc import Iterable, Iterator

from playground.engine.json_text import json_bytes
from playground.engine.json_types import Json

FRAME_BYTES = 64 * 1024
"""The most that a frame of several events holds. A page parses and folds that much within 10 ms, so that typing and
motion never wait; an event that is larger goes alone."""


def frames(events: Iterable[Json]) -> Iterator[str]:
    """The events in order, as many in each frame as FRAME_BYTES allow."""
    waiting: list[bytes] = []
    length = 0
    for event in events:
        encoded = json_bytes(event)
        if waiting and length + len(encoded) + len(waiting) + 2 > FRAME_BYTES:
            yield _frame(waiting)
            waiting, length = [], 0
        waiting.append(encoded)
        length += len(encoded)
    if waiting:
        yield _frame(waiting)


def _frame(encoded: list[bytes]) -> str:
    whole = encoded[0] if len(encoded) == 1 else b"[" + b",".join(encoded) + b"]"
    return whole.decode()
