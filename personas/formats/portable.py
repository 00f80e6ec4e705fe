"""Shared by both formats: secrets by name, this app's own addresses in full, and the reverse."""

from playground.engine.json_types import Json
from playground.engine.substitution import substitute


def reference(secret: str) -> str:
    """Return ``{{secret:NAME}}``; empty without a secret."""
    return f"{{{{secret:{secret}}}}}" if secret else ""


def absolute(address: str, site_url: str) -> str:
    """Return this app's own address (it begins with ``/``) prefixed with the site's, any other unchanged."""
    return site_url.rstrip("/") + address if address.startswith("/") else address


def relative(address: str, site_url: str) -> str:
    """Return an address prefixed with the site's as this app's own (it begins with ``/``), any other unchanged."""
    site = site_url.rstrip("/")
    return address.removeprefix(site) if site and address.startswith(site + "/") else address


def headers_with_references(headers: list[list[str]], secret: str) -> Json:
    """Return headers as an object; the secret's name becomes ``{{secret:NAME}}``."""
    names = {secret: reference(secret)} if secret else {}
    return {name: substitute(value, names) for name, value in headers}


def headers_with_names(headers: list[list[str]], secret: str) -> Json:
    """Return headers as an object; ``{{secret:NAME}}`` becomes the bare name, as JAICP wants it."""
    names = {secret: secret} if secret else {}
    return {name: substitute(value, names) for name, value in headers}
