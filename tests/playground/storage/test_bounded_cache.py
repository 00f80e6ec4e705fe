"""A bounded cache keeps what was used last."""

from playground.storage.bounded_cache import BoundedCache


def kept(cache: BoundedCache[str, int], *keys: str) -> list[str]:
    return [key for key in keys if cache.get(key) is not None]


def test_the_least_recently_used_goes_when_there_are_too_many() -> None:
    cache: BoundedCache[str, int] = BoundedCache(entries=2, size=100)
    cache.put("a", 1, size=1)
    cache.put("b", 2, size=1)
    assert cache.get("a") == 1
    cache.put("c", 3, size=1)
    assert kept(cache, "a", "b", "c") == ["a", "c"]


def test_the_sizes_together_are_bounded() -> None:
    cache: BoundedCache[str, int] = BoundedCache(entries=10, size=10)
    for key in ("a", "b", "c"):
        cache.put(key, 1, size=4)
    assert kept(cache, "a", "b", "c") == ["b", "c"]
    cache.put("b", 1, size=10)
    assert kept(cache, "a", "b", "c") == ["b"]


def test_what_is_larger_than_the_cache_is_not_kept_and_takes_the_place_of_nothing_else() -> None:
    cache: BoundedCache[str, int] = BoundedCache(entries=10, size=10)
    cache.put("a", 1, size=5)
    cache.put("b", 1, size=4)
    cache.put("b", 2, size=11)
    assert kept(cache, "a", "b") == ["a"]
