"""All URL patterns of the site."""

from collections.abc import Iterable, Iterator

from django.urls import URLPattern, URLResolver, get_resolver


def routes() -> list[str]:
    """Return each pattern once, with its prefixes, in matching order."""
    return list(dict.fromkeys(_below(get_resolver().url_patterns, "")))


def _below(patterns: Iterable[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _below(pattern.url_patterns, route)
        else:
            yield route
