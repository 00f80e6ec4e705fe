"""Which IP addresses are public, and which are never called."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

IPAddress = IPv4Address | IPv6Address

_NAT64 = IPv6Network("64:ff9b::/96")
_COMPATIBLE = IPv6Network("::/96")
_NOT_PUBLIC: tuple[IPv4Network | IPv6Network, ...] = tuple(
    ip_network(network)
    for network in (
        "100.64.0.0/10",  # RFC 6598: behind a carrier's NAT
        "192.0.0.0/24",  # RFC 6890: protocol assignments
        "192.88.99.0/24",  # RFC 7526: 6to4 relays
        "::/96",  # RFC 4291: IPv4-compatible
        "64:ff9b::/96",  # RFC 6052: NAT64, an IPv4 address in disguise
        "64:ff9b:1::/48",  # RFC 8215: the same for local use
        "2001::/32",  # RFC 4380: Teredo
        "2002::/16",  # RFC 3056: 6to4
        "fec0::/10",  # RFC 3879: site-local
    )
)
"""Networks that ``is_global`` wrongly calls public in some of the supported Python versions."""

_METADATA = frozenset(
    ip_address(address)
    for address in (
        "169.254.169.254",  # AWS, Google, Azure, DigitalOcean and others
        "169.254.170.2",  # AWS ECS
        "169.254.170.23",  # AWS EKS
        "168.63.129.16",  # Azure's wire server
        "100.100.100.200",  # Alibaba
        "192.0.0.192",  # Oracle
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",  # Google
    )
)
METADATA_NAMES = frozenset({"metadata.google.internal", "metadata.goog", "instance-data.ec2.internal"})


def is_public(ip: IPAddress) -> bool:
    """Whether an address is public. An IPv4 address mapped into IPv6 counts as the IPv4 address."""
    plain = _unmapped(ip)
    if not plain.is_global or plain.is_multicast or plain.is_reserved or plain.is_unspecified:
        return False
    return not any(plain in network for network in _NOT_PUBLIC)


def is_metadata(ip: IPAddress) -> bool:
    """Whether it is a cloud provider's metadata address, also if embedded in IPv6."""
    return ip in _METADATA or _embedded(ip) in _METADATA


def _unmapped(ip: IPAddress) -> IPAddress:
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    return ip


def _embedded(ip: IPAddress) -> IPv4Address | None:
    if isinstance(ip, IPv4Address):
        return None
    if ip in _NAT64 or ip in _COMPATIBLE:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour
