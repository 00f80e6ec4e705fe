"""A cache bounded by the number of its entries and by their size; the least recently used goes first."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class BoundedCache(Generic[K, V]):
    """Any thread may use it. Sizes are in the caller's unit."""

    def __init__(self, *, entries: int, size: int) -> None:
        self._most_entries = entries
        self._most_size = size
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get(self, key: K) -> V | None:
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def put(self, key: K, value: V, *, size: int) -> None:
        """Keep the value, unless it alone is larger than the cache."""
        with self._lock:
            self._drop(key)
            if size > self._most_size:
                return
            self._kept[key] = value, size
            self._size += size
            while len(self._kept) > self._most_entries or self._size > self._most_size:
                self._drop(next(iter(self._kept)))

    def _drop(self, key: K) -> None:
        _value, size = self._kept.pop(key, (None, 0))
        self._size -= size
