"""Requests under uvicorn: which headers and chunks are taken, without a network, and how long answers may be unread."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import h11
import pytest
import uvicorn
from uvicorn.server import ServerState

from dashboard.body_limits import FRAMING_BYTES
from dashboard.open_connections import OpenConnections
from dashboard.under_uvicorn import http
from dashboard.under_uvicorn.http import HEADERS_BYTES, BoundedRequests, CountedConnection

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
MIB = 1024 * 1024
CHUNK_FRAMING_BYTES = 5
"""The least framing of a chunk: a digit and two ends of line."""


def body_of(connection: CountedConnection, *received: bytes) -> int:
    """Return how many bytes of a body are taken. Raises RemoteProtocolError for what isn't taken."""
    taken = 0
    for data in received:
        connection.receive_data(data)
        while (event := connection.next_event()) is not h11.NEED_DATA and event is not h11.PAUSED:
            taken += len(event.data) if isinstance(event, h11.Data) else 0
    return taken


def chunks(size: int, count: int) -> bytes:
    return (b"%x\r\n%b\r\n" % (size, b"a" * size)) * count


@pytest.mark.parametrize("size", [64, 1024, 64 * 1024])
def test_chunks_of_a_usual_size_are_taken(size: int) -> None:
    sent = CHUNKED + chunks(size, MIB // size) + b"0\r\n\r\n"
    assert body_of(CountedConnection(), sent) == MIB


def test_a_body_that_arrives_byte_by_byte_is_taken() -> None:
    head = HEAD + b"Content-Length: 8000\r\n\r\n"
    assert body_of(CountedConnection(), head, *[b"a"] * 8000) == 8000


def test_many_chunks_of_a_byte_are_not_taken() -> None:
    few = FRAMING_BYTES // CHUNK_FRAMING_BYTES
    assert body_of(CountedConnection(), CHUNKED + chunks(1, few)) == few
    with pytest.raises(h11.RemoteProtocolError):
        body_of(CountedConnection(), CHUNKED + chunks(1, few + few // 2))


def test_chunks_of_a_byte_that_arrive_one_by_one_are_not_taken() -> None:
    few = FRAMING_BYTES // CHUNK_FRAMING_BYTES
    with pytest.raises(h11.RemoteProtocolError):
        body_of(CountedConnection(), CHUNKED, *[chunks(1, 1)] * (few + few // 2))


def test_what_extends_a_chunk_is_framing() -> None:
    extended = b"40;" + b"x" * 1024 + b"\r\n" + b"a" * 0x40 + b"\r\n"
    with pytest.raises(h11.RemoteProtocolError):
        body_of(CountedConnection(), CHUNKED, extended * 20)


def test_each_request_of_a_connection_has_its_own_framing() -> None:
    connection = CountedConnection()
    few = FRAMING_BYTES // CHUNK_FRAMING_BYTES * 3 // 4
    for _ in range(2):
        assert body_of(connection, CHUNKED + chunks(1, few) + b"0\r\n\r\n") == few
        connection.send(h11.Response(status_code=204, headers=[]))
        connection.send(h11.EndOfMessage())
        connection.start_next_cycle()


def test_headers_are_taken_up_to_their_limit() -> None:
    assert body_of(CountedConnection(), HEAD + b"X: " + b"a" * (HEADERS_BYTES - 100) + b"\r\n\r\n") == 0
    with pytest.raises(h11.RemoteProtocolError):
        body_of(CountedConnection(), HEAD + b"X: " + b"a" * HEADERS_BYTES + b"\r\n\r\n")


Answer = Callable[[Callable[[Any], Awaitable[None]]], Awaitable[None]]
LONG = b"a" * (16 * MIB)
"""More than the kernel takes for a client that reads nothing."""


async def begin(send: Callable[[Any], Awaitable[None]]) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": LONG, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def give_whole(send: Callable[[Any], Awaitable[None]]) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": LONG, "more_body": False})


@pytest.mark.parametrize("answer", [begin, give_whole])
@pytest.mark.parametrize("header", [b"", b"Connection: close\r\n"], ids=["kept alive", "to be closed"])
async def test_a_client_that_leaves_its_answer_unread_is_disconnected(
    monkeypatch: pytest.MonkeyPatch, answer: Answer, header: bytes
) -> None:
    """Over a real socket: what waits there unread is the kernel's to say."""
    monkeypatch.setattr(http, "UNREAD_S", 0.05)
    lost = asyncio.Event()

    class Connection(BoundedRequests):
        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            lost.set()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await answer(send)

    config, loop = uvicorn.Config(application, log_config=None), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(config, ServerState(), {}), "127.0.0.1", 0)
    async with server, asyncio.timeout(10):
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(server.sockets[0].getsockname())
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n" + header + b"\r\n")
            await lost.wait()


class Transport(asyncio.Transport):
    """A connection's other side, at one address."""

    is_cut_off = False

    def get_extra_info(self, name: str, default: object = None) -> object:
        return ("192.0.2.1", 54321) if name == "peername" else default

    def close(self) -> None: ...

    def abort(self) -> None:
        self.is_cut_off = True

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None: ...


class Socket(asyncio.Protocol):
    def __init__(self, **about: object) -> None: ...


async def unasked(scope: Any, receive: Any, send: Any) -> None: ...


Connected = tuple[BoundedRequests, Transport]


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Connected]]:
    """Make connections from one address, which may have one."""
    counted = OpenConnections(most=2, most_of_an_address=1)
    monkeypatch.setattr(http, "open_connections", lambda: counted)
    made: list[BoundedRequests] = []

    def make() -> Connected:
        config = uvicorn.Config(unasked, log_config=None, ws=Socket, interface="asgi3")
        transport = Transport()
        made.append(BoundedRequests(config, ServerState(), {}))
        made[-1].connection_made(transport)
        return made[-1], transport

    yield make
    for connection in made:
        connection.connection_lost(None)


async def test_a_connection_without_room_is_closed_at_once(connect: Callable[[], Connected]) -> None:
    (first, transport), (_, refused) = connect(), connect()
    assert (transport.is_cut_off, refused.is_cut_off) == (False, True)
    first.connection_lost(None)
    assert not connect()[1].is_cut_off


async def test_a_socket_is_no_open_http_connection(connect: Callable[[], Connected]) -> None:
    connection, _ = connect()
    connection.data_received(
        HEAD + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    assert not connect()[1].is_cut_off
