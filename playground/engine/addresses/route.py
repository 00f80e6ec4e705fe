"""The route of chat completions behind an OpenAI-compatible base URL."""

ROUTE = "/chat/completions"


def has_route(url: str) -> bool:
    """Whether the URL, less its query, ends in the route."""
    return url.partition("?")[0].endswith(ROUTE)


def ends_in_route(url: str) -> bool:
    """As `has_route`, whatever slashes stand behind the route."""
    return has_route(url.partition("?")[0].rstrip("/"))


def has_route_twice(url: str) -> bool:
    """Whether the route stands in the URL more than once: somebody wrote it into the base URL."""
    return url.count(ROUTE) > 1


def with_route(base_url: str) -> str:
    """Return the base URL with the route behind its path."""
    path, mark, query = base_url.partition("?")
    return path.rstrip("/") + ROUTE + mark + query


def without_route(url: str) -> str:
    """Return the base URL of a whole one; a URL that doesn't end in the route stays as it is."""
    path, mark, query = url.partition("?")
    return path.removesuffix(ROUTE) + mark + query
