"""How many HTTP connections a process and an address may have open."""

import resource

import pytest
from django.conf import settings

from dashboard.open_connections import (
    CONNECTIONS,
    CONNECTIONS_OF_AN_ADDRESS,
    OPEN_FILES,
    OTHER_FILES,
    OpenConnections,
    allow_open_files,
    most_connections,
    open_connections,
)

ONE, OTHER = "192.0.2.1", "192.0.2.2"


def test_an_address_has_its_share() -> None:
    connections = OpenConnections(most=3, most_of_an_address=2)
    assert [connections.enter(number, ONE) for number in range(3)] == [True, True, False]
    assert connections.enter("another", OTHER)


@pytest.mark.parametrize(
    ("one", "same", "other"),
    [("2001:db8::1", "2001:db8::2:3", "2001:db8:0:1::1"), ("::ffff:192.0.2.1", ONE, "::ffff:192.0.2.2")],
)
def test_the_addresses_that_one_client_has_count_as_one(one: str, same: str, other: str) -> None:
    connections = OpenConnections(most=3, most_of_an_address=1)
    assert [connections.enter(address, address) for address in (one, same, other)] == [True, False, True]


def test_all_addresses_share_what_a_process_has() -> None:
    connections = OpenConnections(most=3, most_of_an_address=2)
    assert [connections.enter(number, f"address {number}") for number in range(4)] == [
        True,
        True,
        True,
        False,
    ]


def test_one_that_is_closed_makes_room_once() -> None:
    connections = OpenConnections(most=3, most_of_an_address=2)
    for number in range(2):
        connections.enter(number, ONE)
    connections.leave(0)
    connections.leave(0)
    assert [connections.enter(number, ONE) for number in ("a", "b")] == [True, False]


def test_one_that_was_refused_makes_no_room() -> None:
    connections = OpenConnections(most=3, most_of_an_address=1)
    connections.enter("open", ONE)
    connections.enter("refused", ONE)
    connections.leave("refused")
    assert not connections.enter("another", ONE)


@pytest.mark.parametrize(
    ("open_files", "most"),
    [(256, 128), (1_024, 1_024 - OTHER_FILES), (65_536, CONNECTIONS), (resource.RLIM_INFINITY, CONNECTIONS)],
)
def test_some_of_the_open_files_are_kept_for_other_things(open_files: int, most: int) -> None:
    assert most_connections(open_files) == most


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((1_024, 524_288), (OPEN_FILES, 524_288)),
        ((1_024, 4_096), (4_096, 4_096)),
        ((1_024, resource.RLIM_INFINITY), (OPEN_FILES, resource.RLIM_INFINITY)),
        ((65_536, 524_288), (65_536, 524_288)),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), (resource.RLIM_INFINITY, resource.RLIM_INFINITY)),
    ],
)
def test_a_server_may_open_as_many_files_as_it_is_allowed(
    before: tuple[int, int], after: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = {resource.RLIMIT_NOFILE: before}
    monkeypatch.setattr(resource, "getrlimit", limits.__getitem__)
    monkeypatch.setattr(resource, "setrlimit", limits.__setitem__)
    allow_open_files()
    assert limits[resource.RLIMIT_NOFILE] == after


def test_behind_a_proxy_only_the_process_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "BEHIND_PROXY", True)
    open_connections.cache_clear()
    try:
        connections = open_connections()
        assert all(connections.enter(number, ONE) for number in range(CONNECTIONS_OF_AN_ADDRESS + 1))
    finally:
        open_connections.cache_clear()
