"""Tells which addresses are this site's own, however their host is spelled."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

from playground.engine.addresses.address import DEFAULT_PORTS, Address, is_ip_literal

ANY_HOST = "*"
_THIS_MACHINE = "localhost"
"""RFC 6761: this name and its subdomains are loopback."""


def is_own_site(address: Address) -> bool:
    """Whether it reaches this app by a path of its own, the site's address, one of its other names, or loopback.

    What else may lead here, such as a tunnel's name, only a header in the request can tell.
    """
    if address.is_own:
        return True
    site = urlsplit(settings.SITE_URL)
    if (address.scheme, address.netloc) == (site.scheme, site.netloc):
        return True
    own_ports = {site.port or DEFAULT_PORTS[site.scheme], settings.PORT}
    return address.port in own_ports and (_leads_here(address.host) or _is_named(address))


def _leads_here(host: str) -> bool:
    """Whether who dials it from here gets to this machine: at 0.0.0.0 and :: too, which are no loopback."""
    if not is_ip_literal(host):
        return host.rpartition(".")[2] == _THIS_MACHINE
    ip = ip_address(host)
    mapped = getattr(ip, "ipv4_mapped", None) or ip
    return bool(mapped.is_loopback or mapped.is_unspecified)


def _is_named(address: Address) -> bool:
    names = [name for name in settings.ALLOWED_HOSTS if name != ANY_HOST]
    return validate_host(f"[{address.host}]" if ":" in address.host else address.host, names)
