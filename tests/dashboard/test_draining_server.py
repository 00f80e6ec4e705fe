"""Daphne's housekeeping in `serve`: requests that a client left unfinished don't break the shutdown."""

import asyncio
import threading

import pytest
from channels.routing import ProtocolTypeRouter

from dashboard.bounded_http import BoundedRequest
from dashboard.server import DrainingServer


class Connection:
    """Stands in for a request or a socket."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> DrainingServer:
    server = DrainingServer(ProtocolTypeRouter({}), host="127.0.0.1", port=0, on_ready=lambda: None)
    server.connections = {}
    return server


async def test_at_the_end_a_half_arrived_request_keeps_no_application_alive(
    server: DrainingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def drain() -> None: ...

    monkeypatch.setattr("dashboard.lifetime.drain", drain)
    application = asyncio.ensure_future(asyncio.get_running_loop().create_future())
    server.connections = {
        Connection(): {"connected": 0.0},
        Connection(): {"connected": 0.0, "application_instance": application},
    }
    await server.kill_all_applications().asFuture(asyncio.get_running_loop())
    assert application.cancelled()


def test_half_a_request_that_the_stop_cuts_off_starts_no_application(
    server: DrainingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopping = threading.Event()
    stopping.set()
    monkeypatch.setattr("dashboard.lifetime.stopping", stopping)
    half = BoundedRequest.__new__(BoundedRequest)
    half.is_broken_off = True
    assert server.create_application(half, {}) is None
