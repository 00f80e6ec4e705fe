"""Tells from an address's text alone whether outgoing requests to it are blocked.

Only for an early, friendly error: the guard that counts checks the resolved addresses when connecting.
"""

from collections.abc import Iterable
from ipaddress import ip_address

from playground.engine.addresses.address import Address, is_ip_literal, parse_private_host
from playground.engine.addresses.networks import METADATA_NAMES, is_metadata, is_public

_THIS_MACHINE = "localhost"
"""RFC 6761: this name and its subdomains are loopback."""


def is_metadata_service(address: Address) -> bool:
    """Whether it is a cloud provider's metadata service, which no setting can open."""
    if is_ip_literal(address.host):
        return is_metadata(ip_address(address.host))
    return address.host in METADATA_NAMES


def is_plainly_closed(address: Address, private_hosts: Iterable[str]) -> bool:
    """Whether the host is plainly private and ``private_hosts`` (``host:port``, ``host:*``) don't open it.

    Raises AddressError for an invalid entry of ``private_hosts``.
    """
    if address.is_own:
        return False
    if is_metadata_service(address):
        return True
    opened = {parse_private_host(entry) for entry in private_hosts}
    return _is_private(address.host) and not opened & {(address.host, address.port), (address.host, None)}


def _is_private(host: str) -> bool:
    if is_ip_literal(host):
        return not is_public(ip_address(host))
    return host.rpartition(".")[2] == _THIS_MACHINE
