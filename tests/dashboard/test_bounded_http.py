"""A connection of `serve`, without a network and on a clock of the test: what is taken, refused and waited for."""

import asyncio
from collections.abc import Iterable, Iterator

import pytest
from pytest_django import Settings
from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IPushProducer
from twisted.internet.task import Clock
from twisted.python.failure import Failure
from zope.interface import implementer  # type: ignore[import-untyped] # it has no types

from dashboard import bounded_http
from dashboard.body_limits import (
    BODIES_BYTES,
    BODIES_OF_AN_ADDRESS_BYTES,
    DEFAULT_BODY_BYTES,
    FRAMING_BYTES,
    REQUEST_S,
    TOO_MANY_CHUNKS,
    TOO_MUCH_OF_AN_ADDRESS,
    TOO_MUCH_UNDER_WAY,
    TOO_SLOW,
    UNREAD_S,
    too_large,
)
from dashboard.body_turns import AT_ONCE, BodyTurns
from dashboard.bounded_http import BoundedChannel, BoundedRequest
from dashboard.open_connections import OpenConnections

CHUNKED = b"Transfer-Encoding: chunked"
SIGN_IN = "/sign-in/"


@implementer(IPushProducer)
class Transport:
    """A connection's other side: what it was sent, and how it was ended.

    Not Twisted's own StringTransport: its module imports Trial, and pytest then looks Twisted's version up on the disk
    for each test of the run.
    """

    disconnecting = False
    is_half_closed = False
    is_cut_off = False
    is_paused = False
    bufferSize = 0

    def __init__(self, peer: str) -> None:
        self._written: list[bytes] = []
        self._peer = peer

    def value(self) -> bytes:
        return b"".join(self._written)

    def write(self, data: bytes) -> None:
        self._written.append(data)

    def writeSequence(self, pieces: Iterable[bytes]) -> None:
        self._written.extend(pieces)

    def loseConnection(self) -> None:
        self.disconnecting = True

    def abortConnection(self) -> None:
        self.is_cut_off = True

    def loseWriteConnection(self) -> None:
        self.is_half_closed = True

    def getPeer(self) -> IPv4Address:
        return IPv4Address("TCP", self._peer, 54321)

    def getHost(self) -> IPv4Address:
        return IPv4Address("TCP", "10.0.0.1", 1234)

    def registerProducer(self, producer: object, streaming: bool) -> None: ...

    def unregisterProducer(self) -> None: ...

    def pauseProducing(self) -> None:
        self.is_paused = True

    def resumeProducing(self) -> None:
        self.is_paused = False


class Server:
    """Stands where Daphne's server stands: it remembers which requests reached an application, with which body."""

    def __init__(self) -> None:
        self.handled: list[BoundedRequest] = []
        self.bodies: list[bytes] = []
        self.proxy_forwarded_address_header = None
        self.root_path = ""
        self.request_buffer_size = 8192
        self.server_name = "test"

    def protocol_connected(self, request: BoundedRequest) -> None: ...

    def protocol_disconnected(self, request: BoundedRequest) -> None: ...

    def log_action(self, *action: object) -> None: ...

    def create_application(self, request: BoundedRequest, scope: object) -> None:
        self.handled.append(request)
        self.bodies.append(request.content.getvalue())


class Factory:
    def __init__(self, server: Server, body_turns: BodyTurns) -> None:
        self.server, self.body_turns = server, body_turns

    def log(self, request: BoundedRequest) -> None: ...


class Connection:
    def __init__(self, peer: str = "192.0.2.1") -> None:
        self.clock, self.transport, self.server = Clock(), Transport(peer), Server()
        self.channel = BoundedChannel()
        self.channel.factory = Factory(self.server, BodyTurns(self.clock.callLater))
        self.channel.callLater = self.clock.callLater
        self.channel.timeOut = 60
        self.channel.makeConnection(self.transport)

    def send(self, *parts: bytes) -> None:
        """As from a network: a connection that is being closed is not read."""
        for part in parts:
            if self.transport.disconnecting:
                return
            self.channel.dataReceived(part)

    def begin(self, path: str, *headers: bytes, method: str = "POST") -> None:
        self.send(
            f"{method} {path} HTTP/1.1\r\nHost: testserver\r\n".encode(),
            *(h + b"\r\n" for h in headers),
            b"\r\n",
        )

    @property
    def request(self) -> BoundedRequest:
        (request,) = self.server.handled
        return request

    def answer(self) -> None:
        """The application answers the only request."""
        self.request.handle_reply({"type": "http.response.start", "status": 413, "headers": []})
        self.request.handle_reply({"type": "http.response.body", "body": b""})


@pytest.fixture
def connection() -> Iterator[Connection]:
    opened = Connection()
    yield opened
    opened.channel.connectionLost(Failure(ConnectionDone()))


def test_a_connection_without_room_is_closed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = OpenConnections(most=2, most_of_an_address=1)
    monkeypatch.setattr(bounded_http, "open_connections", lambda: counted)
    first, second = Connection(), Connection()
    assert (first.transport.is_cut_off, second.transport.is_cut_off) == (False, True)
    first.channel.connectionLost(Failure(ConnectionDone()))
    assert not Connection().transport.is_cut_off


def test_a_form_is_handed_on_unread(connection: Connection) -> None:
    form = b"Content-Type: application/x-www-form-urlencoded"
    connection.begin(SIGN_IN, form, b"Content-Length: 4")
    connection.send(b"a&", b"a=")
    assert connection.request.refusal is None
    assert connection.request.args == {}
    assert connection.server.bodies == [b"a&a="]


@pytest.mark.parametrize("path", [SIGN_IN, "/sign-in/?next=/", "/%73ign-in/", "/nowhere/"])
def test_a_declared_length_over_the_limit_is_refused_before_any_of_it_comes(
    connection: Connection, path: str
) -> None:
    connection.begin(path, b"Content-Length: %d" % (DEFAULT_BODY_BYTES + 1), b"Expect: 100-continue")
    assert connection.request.refusal == too_large(DEFAULT_BODY_BYTES)
    assert connection.transport.value() == b""


def test_a_body_of_the_limit_is_taken(connection: Connection) -> None:
    connection.begin(SIGN_IN, b"Content-Length: %d" % DEFAULT_BODY_BYTES)
    connection.send(b"x" * DEFAULT_BODY_BYTES)
    assert connection.request.refusal is None


def test_chunks_are_counted_and_what_is_over_the_limit_is_not_kept(connection: Connection) -> None:
    connection.begin(SIGN_IN, CHUNKED)
    for _ in range(64):
        connection.send(b"4000\r\n", b"x" * 0x4000, b"\r\n")
    assert connection.request.refusal == too_large(DEFAULT_BODY_BYTES)
    assert len(connection.server.bodies[0]) <= DEFAULT_BODY_BYTES


def test_a_body_in_chunks_of_a_byte_is_refused(connection: Connection) -> None:
    connection.begin("/personas/import/", CHUNKED)
    connection.send(*[b"1\r\nx\r\n" * 1000] * (FRAMING_BYTES // 5000 + 2))
    assert connection.request.refusal == TOO_MANY_CHUNKS


def test_a_body_in_common_chunks_is_taken(connection: Connection) -> None:
    connection.begin("/v2/personas", CHUNKED)
    connection.send(*[b"40\r\n" + b"x" * 0x40 + b"\r\n"] * 4096, b"0\r\n\r\n")
    assert connection.request.refusal is None


def test_a_body_that_drips_is_refused_when_its_time_is_over(connection: Connection) -> None:
    connection.begin(SIGN_IN, b"Content-Length: 1000")
    for _ in range(int(REQUEST_S)):
        connection.send(b"x")
        connection.clock.advance(1)
    assert connection.request.refusal == TOO_SLOW


def test_headers_that_drip_end_the_connection(connection: Connection) -> None:
    connection.send(b"GET / HTTP/1.1\r\n")
    for _ in range(int(REQUEST_S)):
        connection.send(b"X")
        connection.clock.advance(1)
    assert connection.server.handled == []
    assert connection.transport.value().startswith(b"HTTP/1.1 408 ")
    assert connection.transport.disconnecting


@pytest.mark.parametrize(
    "lines",
    [b"X: y\r\n" * 501, b"X: " + b"y" * 20_000 + b"\r\n", b"X: y\r\n" + b" z\r\n" * 10_000, b"X" * 20_000],
)
def test_a_flood_of_headers_ends_the_connection(connection: Connection, lines: bytes) -> None:
    connection.send(b"GET / HTTP/1.1\r\n", lines, b"\r\n")
    assert connection.server.handled == []
    assert connection.transport.disconnecting


def test_an_answer_may_take_longer_than_its_request(connection: Connection) -> None:
    connection.begin("/", method="GET")
    connection.clock.advance(REQUEST_S * 10)
    assert connection.request.refusal is None
    assert not connection.transport.disconnecting


def test_a_refused_client_is_read_no_more_and_its_connection_lingers(connection: Connection) -> None:
    connection.begin(SIGN_IN, b"Content-Length: 50000000")
    assert connection.transport.is_paused
    connection.answer()
    assert connection.transport.value().startswith(b"HTTP/1.1 413 ")
    assert (connection.transport.is_half_closed, connection.transport.is_paused) == (True, True)
    connection.send(*[b"x" * 65_536] * 100)
    assert (connection.transport.is_cut_off, len(connection.server.handled)) == (False, 1)
    connection.channel.loseConnection()
    assert connection.transport.disconnecting


def test_bodies_are_read_in_turns() -> None:
    connections = [Connection() for _ in range(AT_ONCE + 1)]
    for connection in connections:
        connection.channel.factory.body_turns = connections[0].channel.factory.body_turns
        connection.begin(SIGN_IN, b"Content-Length: 4")
        connection.send(b"a=")
    last = connections[-1]
    assert [connection.transport.is_paused for connection in connections] == [False] * AT_ONCE + [True]
    connections[0].clock.advance(0)
    assert not last.transport.is_paused
    last.send(b"bc")
    assert last.server.bodies == [b"a=bc"]


def test_what_follows_a_refused_request_is_no_request(connection: Connection) -> None:
    connection.begin(SIGN_IN, b"Content-Length: 50000000")
    connection.answer()
    connection.begin("/", method="GET")
    assert len(connection.server.handled) == 1


def test_a_refused_upgrade_opens_no_socket(connection: Connection) -> None:
    connection.begin(
        "/ws/conversations/c1/", b"Upgrade: websocket", b"Content-Length: 50000000", method="GET"
    )
    assert connection.request.refusal is not None


def test_an_answer_that_fails_before_it_began_says_so(connection: Connection) -> None:
    connection.begin("/", method="GET")
    connection.request.handle_exception(LookupError())
    assert connection.transport.value().startswith(b"HTTP/1.1 500 ")


def test_an_answer_that_fails_in_the_middle_is_broken_off(connection: Connection) -> None:
    connection.begin("/", method="GET")
    connection.request.handle_reply({"type": "http.response.start", "status": 200, "headers": []})
    connection.request.handle_reply({"type": "http.response.body", "body": b"half", "more_body": True})
    connection.request.handle_exception(LookupError())
    assert connection.transport.disconnecting
    assert not connection.transport.value().endswith(b"0\r\n\r\n")


def test_an_answer_that_fails_after_its_client_left_is_let_go(connection: Connection) -> None:
    connection.begin("/", method="GET")
    request = connection.request
    request.handle_reply({"type": "http.response.start", "status": 200, "headers": []})
    connection.channel.connectionLost(Failure(ConnectionDone()))
    request.handle_exception(LookupError())


def test_of_half_a_request_to_an_inspector_what_came_is_handed_on(connection: Connection) -> None:
    connection.begin("/%69nspect/abc/chat/completions", b"Content-Length: 100", b"Upgrade: websocket")
    connection.send(b"half")
    connection.channel.connectionLost(Failure(ConnectionDone()))
    assert connection.server.bodies == [b"half"]
    head = connection.request.head
    assert head.is_body_broken_off
    assert [size for _, size in head.body_parts or ()] == [4]


@pytest.mark.parametrize("path", ["/inspect/abc", SIGN_IN])
def test_half_a_request_is_otherwise_dropped(connection: Connection, path: str) -> None:
    connection.send(f"POST {path} HTTP/1.1\r\nHost: testserver\r\n".encode())
    if path == SIGN_IN:
        connection.send(b"Content-Length: 100\r\n\r\nhalf")
    connection.channel.connectionLost(Failure(ConnectionDone()))
    assert connection.server.handled == []


IMPORT = "/personas/import/"
PART = b"x" * (1024 * 1024)


CONNECTIONS = BODIES_BYTES // (4 * len(PART))
FROM_AN_ADDRESS = BODIES_OF_AN_ADDRESS_BYTES // (4 * len(PART))


def begin_imports(connections: list[Connection], *headers: bytes) -> None:
    """Four mebibytes in each connection."""
    for connection in connections:
        connection.begin(IMPORT, b"Content-Length: 5000000", *headers)
        connection.send(*[PART] * 4)


@pytest.fixture
def importing() -> Iterator[list[Connection]]:
    """As many mebibytes as all bodies may have together, from as few addresses as may send them."""
    connections = [Connection(f"198.51.100.{number // FROM_AN_ADDRESS}") for number in range(CONNECTIONS)]
    begin_imports(connections)
    yield connections
    leave(connections)


def leave(connections: list[Connection]) -> None:
    for connection in connections:
        connection.channel.connectionLost(Failure(ConnectionDone()))


def test_a_large_body_is_refused_while_others_fill_the_room(
    connection: Connection, importing: list[Connection]
) -> None:
    connection.begin(IMPORT, b"Content-Length: 5000000")
    connection.send(PART)
    assert connection.request.refusal == TOO_MUCH_UNDER_WAY
    assert importing[0].server.handled == []


def test_an_address_has_a_share_and_leaves_the_rest_to_others(connection: Connection) -> None:
    importing = [Connection() for _ in range(FROM_AN_ADDRESS)]
    begin_imports(importing)
    another = Connection("203.0.113.7")
    begin_imports([connection, another])
    assert connection.request.refusal == TOO_MUCH_OF_AN_ADDRESS
    assert another.server.handled == []  # still arriving
    leave([*importing, another])


def test_behind_a_proxy_an_address_is_the_one_that_the_proxy_added(settings: Settings) -> None:
    settings.BEHIND_PROXY = True
    importing = [Connection() for _ in range(FROM_AN_ADDRESS + 1)]
    begin_imports(importing[:-1], b"X-Forwarded-For: 203.0.113.7")
    begin_imports(importing[-1:], b"X-Forwarded-For: 203.0.113.7, 198.51.100.9")
    assert importing[-1].server.handled == []  # still arriving
    leave(importing)


def test_a_small_body_is_taken_all_the_same(connection: Connection, importing: list[Connection]) -> None:
    connection.begin(SIGN_IN, b"Content-Length: %d" % DEFAULT_BODY_BYTES)
    connection.send(b"x" * DEFAULT_BODY_BYTES)
    assert connection.request.refusal is None


@pytest.mark.parametrize("ends", ["the client leaves", "it is answered"])
def test_what_a_body_took_is_given_back(
    connection: Connection, importing: list[Connection], ends: str
) -> None:
    other = importing[0]
    if ends == "the client leaves":
        other.channel.connectionLost(Failure(ConnectionDone()))
    else:
        other.send(b"x" * (5_000_000 - 4 * len(PART)))
        other.answer()
    connection.begin(IMPORT, b"Content-Length: 1048576")
    connection.send(PART)
    assert connection.request.refusal is None


async def test_the_application_waits_while_the_client_does_not_read(connection: Connection) -> None:
    connection.begin("/", method="GET")
    await connection.request.until_read()
    connection.channel.pauseProducing()
    waiting = asyncio.ensure_future(connection.request.until_read())
    await asyncio.sleep(0)
    assert not waiting.done()
    connection.clock.advance(UNREAD_S - 1)
    connection.channel.resumeProducing()
    await waiting
    connection.clock.advance(UNREAD_S)
    assert not connection.transport.is_cut_off


def test_a_client_that_reads_no_more_is_cut_off(connection: Connection) -> None:
    connection.begin("/", method="GET")
    connection.channel.pauseProducing()
    connection.clock.advance(UNREAD_S)
    assert connection.transport.is_cut_off
