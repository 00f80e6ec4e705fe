"""What both formats do on the way out: secrets by name, the app's own addresses in full; and its reverse."""

from playground.engine.json_types import Json
from playground.engine.substitution import substitute


def reference(secret: str) -> str:
    """``{{secret:NAME}}``; empty: there is no secret."""
    return f"{{{{secret:{secret}}}}}" if secret else ""


def absolute(address: str, site_url: str) -> str:
    """An address of this app (it begins with ``/``) behind the site's own; any other as it stands."""
    return site_url.rstrip("/") + address if address.startswith("/") else address


def relative(address: str, site_url: str) -> str:
    """An address behind the site's own as one of this app (it begins with ``/``); any other as it stands."""
    site = site_url.rstrip("/")
    return address.removeprefix(site) if site and address.startswith(site + "/") else address


def headers_with_references(headers: list[list[str]], secret: str) -> Json:
    """Headers as an object; the secret's name becomes ``{{secret:NAME}}``."""
    names = {secret: reference(secret)} if secret else {}
    return {name: substitute(value, names) for name, value in headers}


def headers_with_names(headers: list[list[str]], secret: str) -> Json:
    """Headers as an object; ``{{secret:NAME}}`` becomes the bare name, as JAICP wants it."""
    names = {secret: secret} if secret else {}
    return {name: substitute(value, names) for name, value in headers}
