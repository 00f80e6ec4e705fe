"""The route behind an LLM's base URL: Tavus adds it to ``base_url``, JAICP's ``url`` holds it already."""

from playground.engine.addresses.address import is_placeholder

ROUTE = "/chat/completions"


def with_route(base_url: str) -> str:
    """The url that Tavus calls for a ``base_url``; a placeholder stays as it is."""
    if is_placeholder(base_url):
        return base_url
    path, mark, query = base_url.partition("?")
    return path.rstrip("/") + ROUTE + mark + query


def has_route(url: str) -> bool:
    return url.partition("?")[0].endswith(ROUTE)


def without_route(url: str) -> str:
    """The ``base_url`` for a whole url; one that ends otherwise stays as it is."""
    path, mark, query = url.partition("?")
    return path.removesuffix(ROUTE) + mark + query
