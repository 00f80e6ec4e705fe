"""Requests under uvicorn, without a network: which headers and chunks are taken."""

import h11
import pytest

from dashboard.body_limits import FRAMING_BYTES
from dashboard.under_uvicorn.http import CHUNK_FRAMING_BYTES, HEADERS_BYTES, CountedConnection

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
MIB = 1024 * 1024


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
