"""How a refused connection ends: over a real socket, on a clock of the test."""

import socket
from collections.abc import Iterator

import pytest
from twisted.internet.task import Clock

from dashboard.body_limits import LINGER_S
from dashboard.lingering import DROP_BYTES, DROP_EVERY_S, Lingering


class Transport:
    is_paused = False
    is_half_closed = False
    is_cut_off = False

    def __init__(self, handle: socket.socket) -> None:
        self._handle = handle

    def getHandle(self) -> socket.socket:
        return self._handle

    def pauseProducing(self) -> None:
        self.is_paused = True

    def loseWriteConnection(self) -> None:
        self.is_half_closed = True

    def abortConnection(self) -> None:
        self.is_cut_off = True


class Refused:
    """A connection that was refused, and its client's socket."""

    def __init__(self, server: socket.socket, client: socket.socket) -> None:
        self.clock, self.transport, self.client = Clock(), Transport(server), client
        self.lingering = Lingering(self.transport, self.clock.callLater)


@pytest.fixture
def refused() -> Iterator[Refused]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        client = socket.create_connection(listening.getsockname())
        server, _ = listening.accept()
    with client, server:
        server.setblocking(False)
        client.setblocking(False)
        yield Refused(server, client)


def send_all_that_fits(client: socket.socket) -> int:
    sent = 0
    try:
        while True:
            sent += client.send(b"x" * 65_536)
    except BlockingIOError:
        return sent


def test_it_is_half_closed_and_read_no_more(refused: Refused) -> None:
    assert (refused.transport.is_paused, refused.transport.is_half_closed) == (True, True)
    assert not refused.transport.is_cut_off


def test_what_comes_is_dropped_now_and_then(refused: Refused) -> None:
    """A client that sends megabytes gets rid of them, and then reads its answer."""
    sent = 0
    for _ in range(int(LINGER_S / DROP_EVERY_S) - 1):
        sent += send_all_that_fits(refused.client)
        refused.clock.advance(DROP_EVERY_S)
    assert sent > 4 * DROP_BYTES
    assert not refused.transport.is_cut_off


def test_a_client_that_sends_on_is_cut_off_in_the_end(refused: Refused) -> None:
    refused.clock.pump([DROP_EVERY_S] * int(LINGER_S / DROP_EVERY_S + 1))
    assert refused.transport.is_cut_off


@pytest.mark.parametrize("is_reset", [True, False])
def test_it_ends_with_its_client(refused: Refused, is_reset: bool) -> None:
    if is_reset:
        refused.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    refused.client.close()
    refused.clock.advance(DROP_EVERY_S)
    assert refused.transport.is_cut_off


def test_a_lost_connection_is_looked_at_no_more(refused: Refused) -> None:
    refused.clock.advance(LINGER_S)
    refused.lingering.stop()
    assert refused.clock.getDelayedCalls() == []
