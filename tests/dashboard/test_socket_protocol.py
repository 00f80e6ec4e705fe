"""Daphne's end of a WebSocket, without a network: how much of what is sent may wait unread."""

import socket
from collections import deque
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from daphne.ws_protocol import WebSocketFactory
from twisted.internet.address import IPv4Address
from twisted.internet.protocol import Protocol
from twisted.internet.tcp import Connection

from dashboard import socket_protocol
from dashboard.open_connections import OpenConnections
from dashboard.socket_limits import KERNEL_BYTES, PING_TIMEOUT_S
from dashboard.socket_protocol import SocketProtocol
from playground.realtime.frame_sender import SLOWEST_BYTES_S

Ends = tuple[socket.socket, socket.socket]


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


class Reactor:
    """Counts how often a transport asks for the next pass in which its socket can be written to."""

    def __init__(self) -> None:
        self.passes = 0

    def addWriter(self, _transport: Connection) -> None:
        self.passes += 1

    def removeWriter(self, _transport: Connection) -> None: ...


@pytest.fixture
def ends() -> Iterator[Ends]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.setblocking(False)
        yield ours, theirs


@pytest.fixture
def reactor() -> Reactor:
    return Reactor()


@pytest.fixture
def sending(reactor: Reactor, ends: Ends) -> SocketProtocol:
    """A protocol on a real socket."""
    protocol = SocketProtocol()
    protocol.transport = Connection(ends[0], Protocol(), reactor)
    protocol.transport.connected = 1
    protocol.send_queue, protocol.state, protocol.peer = deque(), SocketProtocol.STATE_OPEN, ""
    protocol.logOctets = protocol.logFrames = protocol.maskServerFrames = False
    protocol.factory, protocol.trafficStats = (
        SimpleNamespace(isServer=True),
        SimpleNamespace(outgoingWebSocketFrames=0, outgoingOctetsWireLevel=0),
    )
    return protocol


def test_a_frame_is_given_to_the_kernel_at_once(
    sending: SocketProtocol, reactor: Reactor, ends: Ends
) -> None:
    sending.sendData(b"a frame")
    assert (ends[1].recv(100), reactor.passes) == (b"a frame", 0)


def test_a_text_is_one_frame_however_little_may_come_in(sending: SocketProtocol, ends: Ends) -> None:
    sending.maxMessagePayloadSize = 1
    sending.send_text("é" * 100)
    assert ends[1].recv(1000) == b"\x81\x7e\x00\xc8" + "é".encode() * 100


@pytest.mark.parametrize("state", [SocketProtocol.STATE_CLOSING, SocketProtocol.STATE_CLOSED])
def test_a_client_that_is_leaving_is_sent_nothing(sending: SocketProtocol, ends: Ends, state: int) -> None:
    sending.state = state
    sending.send_text("{}")
    with pytest.raises(BlockingIOError):
        ends[1].recv(1000)


def test_what_the_kernel_does_not_take_waits_in_order(
    sending: SocketProtocol, reactor: Reactor, ends: Ends
) -> None:
    frames = [bytes([number]) * 100_000 for number in range(20)]
    for frame in frames[:-1]:
        sending.sendData(frame)
    assert reactor.passes > 0
    received = ends[1].recv(1_000_000)  # now the kernel would take the last one
    sending.sendData(frames[-1])
    while len(received) < len(frames) * 100_000:
        sending.transport.doWrite()
        received += ends[1].recv(1_000_000)
    assert received == b"".join(frames)


def test_a_socket_is_no_open_http_connection(
    reactor: Reactor, ends: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = OpenConnections(most=1, most_of_an_address=1)
    monkeypatch.setattr(socket_protocol, "open_connections", lambda: counted)
    transport = Connection(ends[0], Protocol(), reactor)
    transport.getPeer = transport.getHost = lambda: IPv4Address("TCP", "192.0.2.1", 54321)
    transport.setTcpNoDelay = lambda enabled: None  # the pair of sockets is none of TCP
    counted.enter(transport, "192.0.2.1")
    factory = WebSocketFactory(SimpleNamespace())
    factory.protocol = SocketProtocol
    factory.buildProtocol(None).makeConnection(transport)
    assert counted.enter("another", "192.0.2.1")
