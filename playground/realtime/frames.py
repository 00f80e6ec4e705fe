"""Packs events into frames, none longer than a page handles in one task."""

from collections.abc import Iterable, Iterator

FRAME_BYTES = 64 * 1024
"""The most bytes in a frame of several events. A page parses and applies that much within 10 ms, so that typing and
motion stay smooth; a larger event gets a frame of its own.
"""


def frames(events: Iterable[bytes]) -> Iterator[str]:
    """Yield frames with the encoded events in order, as many in each as FRAME_BYTES allow."""
    waiting: list[bytes] = []
    length = 0
    for encoded in events:
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
