"""The route of chat completions behind an OpenAI-compatible base URL."""

ROUTE = "/chat/completions"


def has_route(url: str) -> bool:
    """Whether the URL, less its query, ends in the route."""
    return url.partition("?")[0].endswith(ROUTE)


def with_route(base_url: str) -> str:
    """Return the base URL with the route behind its path."""
    path, mark, query = base_url.partition("?")
    return path.rstrip("/") + ROUTE + mark + query


def without_route(url: str) -> str:
    """Return the base URL of a whole one; a URL that doesn't end in the route stays as it is."""
    path, mark, query = url.partition("?")
    return path.removesuffix(ROUTE) + mark + query
