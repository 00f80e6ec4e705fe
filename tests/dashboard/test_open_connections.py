"""How many HTTP connections a process and an address may have open."""

import pytest

from dashboard.open_connections import CONNECTIONS, CONNECTIONS_OF_AN_ADDRESS, OpenConnections

ONE, OTHER = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def connections() -> OpenConnections:
    return OpenConnections(is_behind_proxy=False)


def test_an_address_has_its_share(connections: OpenConnections) -> None:
    for number in range(CONNECTIONS_OF_AN_ADDRESS):
        assert connections.has_room_for(ONE)
        connections.enter(number, ONE)
    assert not connections.has_room_for(ONE)
    assert connections.has_room_for(OTHER)


def test_one_that_is_closed_makes_room_once(connections: OpenConnections) -> None:
    for number in range(CONNECTIONS_OF_AN_ADDRESS):
        connections.enter(number, ONE)
    connections.leave(0)
    connections.leave(0)
    assert connections.has_room_for(ONE)
    connections.enter("another", ONE)
    assert not connections.has_room_for(ONE)


def test_all_addresses_share_what_a_process_has(connections: OpenConnections) -> None:
    for number in range(CONNECTIONS):
        connections.enter(number, f"address {number}")
    assert not connections.has_room_for(ONE)


def test_a_proxy_is_held_to_the_limit_of_the_process_alone() -> None:
    connections = OpenConnections(is_behind_proxy=True)
    for number in range(CONNECTIONS):
        assert connections.has_room_for(ONE)
        connections.enter(number, ONE)
    assert not connections.has_room_for(ONE)
