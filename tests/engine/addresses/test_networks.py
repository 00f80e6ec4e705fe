"""Which IP addresses are public, and which are never called."""

from ipaddress import ip_address

import pytest

from playground.engine.addresses.networks import is_metadata, is_public


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "104.18.6.192", "2606:4700::6812:7c0", "2001:4860:4860::8888", "::ffff:8.8.8.8"],
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "::1", "0.0.0.0", "::",
        "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "100.64.0.1", "100.127.255.255", "169.254.1.1", "fe80::1", "fc00::1", "fd12::1", "fec0::1",
        "192.0.0.8", "192.0.0.192", "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1",
        "198.19.255.255", "192.88.99.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "ff02::1",
        "2001:db8::1", "100::1",
    ],
)  # fmt: skip
def test_reserved_addresses_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1",
        "64:ff9b:1::7f00:1", "2002:7f00:1::", "2002:a00:1::1", "2001:0:53aa:64c::1",
    ],
)  # fmt: skip
def test_private_addresses_embedded_in_ipv6_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254", "169.254.170.2", "169.254.170.23", "100.100.100.200", "192.0.0.192", "168.63.129.16",
        "fd00:ec2::254", "fd20:ce::254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1",
        "::169.254.169.254",
    ],
)  # fmt: skip
def test_metadata_addresses_are_known_in_every_disguise(address: str) -> None:
    assert is_metadata(ip_address(address))


@pytest.mark.parametrize("address", ["169.254.1.1", "127.0.0.1", "8.8.8.8", "::1"])
def test_other_addresses_are_no_metadata_services(address: str) -> None:
    assert not is_metadata(ip_address(address))
