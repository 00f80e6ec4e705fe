"""Daphne's end of a WebSocket, without a network: how much of what is sent may wait unread."""

import socket
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from dashboard.socket_limits import KERNEL_BYTES, PING_TIMEOUT_S
from dashboard.socket_protocol import SocketProtocol
from playground.realtime.frame_sender import SLOWEST_BYTES_S


class Transport:
    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection

    def unregisterProducer(self) -> None: ...

    def registerProducer(self, producer: object, is_push: bool) -> None: ...


@pytest.fixture
def connection() -> Iterator[socket.socket]:
    with socket.socket() as opened:
        yield opened


@pytest.fixture
def protocol(connection: socket.socket) -> SocketProtocol:
    """An open one."""
    protocol = SocketProtocol()
    protocol.transport = Transport(connection)
    protocol.server = SimpleNamespace(log_action=lambda *_: None)
    protocol.request = SimpleNamespace(path="/")
    protocol.client_addr = None
    protocol.onOpen()
    return protocol


def test_a_ping_behind_all_that_waits_reaches_the_slowest_reader_in_time(
    connection: socket.socket, protocol: SocketProtocol
) -> None:
    waiting = connection.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) + 64 * 1024
    assert waiting <= 2 * KERNEL_BYTES + 64 * 1024 < SLOWEST_BYTES_S * PING_TIMEOUT_S


def test_sending_to_a_client_that_has_left_is_the_error_that_other_servers_raise(
    protocol: SocketProtocol,
) -> None:
    protocol.maxMessagePayloadSize, protocol.state = 0, SocketProtocol.STATE_CLOSED
    with pytest.raises(ConnectionResetError):
        protocol.sendMessage(b"{}")
