"""What every page's template knows of the request beside Django's own."""

from django.http import HttpRequest


def section(request: HttpRequest) -> dict[str, str]:
    """Return ``here``: the part of the site that the page belongs to, which the navigation marks; empty for none."""
    match = request.resolver_match
    return {"here": match.namespace if match else ""}
