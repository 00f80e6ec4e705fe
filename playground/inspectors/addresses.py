"""The addresses at which an inspector is reached: from this machine, and from elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet

from playground.inspectors.front_door import INSPECT_PATH
from playground.models import Inspector


@dataclass(frozen=True, slots=True)
class SiteAddress:
    """Where this site is reached."""

    public_url: str
    """Its origin as others call it: of the first further host, else ``SITE_URL``."""
    own_url: str
    """``SITE_URL``"""
    is_loopback: bool
    """Whether nobody but this machine reaches ``public_url``."""
    is_private: bool
    """Whether it is an address of a local network."""

    @property
    def is_public(self) -> bool:
        return not self.is_loopback and not self.is_private


@dataclass(frozen=True, slots=True)
class InspectorAddresses:
    address: str
    """The base URL to enter on a platform."""
    own_address: str
    """The address on this machine; empty if it doesn't differ."""
    site: SiteAddress


def site_address() -> SiteAddress:
    further = settings.FURTHER_HOSTS
    public_url = f"https://{further[0]}" if further else settings.SITE_URL
    host = urlsplit(public_url).hostname or ""
    return SiteAddress(public_url, settings.SITE_URL, _is_of_this_machine(host), _is_private(host))


def addresses_of(inspector: Inspector) -> InspectorAddresses:
    site = site_address()
    address, own = f"{site.public_url}{inspector.path}", f"{site.own_url}{inspector.path}"
    return InspectorAddresses(address, own if own != address else "", site)


def inspectors_at(urls: Iterable[str], inspectors: QuerySet[Inspector]) -> dict[str, Inspector]:
    """Return by URL the one of these inspectors to which it leads, where it leads to one."""
    site = site_address()
    tokens = {url: token for url in urls if (token := _token_in(url, site))}
    by_token = {
        inspector.address_token: inspector
        for inspector in inspectors.filter(address_token__in=set(tokens.values()))
    }
    return {url: by_token[token] for url, token in tokens.items() if token in by_token}


def _token_in(url: str, site: SiteAddress) -> str:
    for origin in (site.own_url, site.public_url):
        if url.startswith(f"{origin}{INSPECT_PATH}"):
            return urlsplit(url).path.removeprefix(INSPECT_PATH).partition("/")[0]
    return ""


def _is_of_this_machine(host: str) -> bool:
    """Whether others who call this host call their own machine. 0.0.0.0 and :: count as private."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_private(host: str) -> bool:
    """Whether it is a private address, or a name that no public DNS has."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".lan", ".home.arpa"))
