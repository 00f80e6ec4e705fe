"""Many connections at once, on which nothing or half a request is sent, keep nobody waiting."""

import resource
import socket
import threading
from contextlib import ExitStack, suppress
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from dashboard.open_connections import CONNECTIONS_OF_AN_ADDRESS
from tests.browser.site import Site
from tests.dashboard.attacks.attacking import bystander

pytestmark = pytest.mark.quiet  # Measures how long others wait: tests beside it would be measured too.

ELSEWHERE = "127.0.0.2"
"""Another address than the bystander's."""
HALVES = 3_000
OWN_FILES = 1_000
"""More open files than this process has otherwise."""
HALF_REQUESTS = (
    b"POST /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Len",
    b"POST /inspect/nobodys/x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\nhalf",
)
"""Of a request to an inspector its application gets what came, once the client has left."""
AT_ONCE = 500
BURSTS = 3
HELD_S = 1.5
"""Longer than a client waits before it asks again for a connection that the kernel dropped: 1 s."""


def connect_and_hold(site: Site) -> None:
    address = urlsplit(site.url)
    with ExitStack() as opened:
        for _ in range(AT_ONCE):
            connection = opened.enter_context(socket.socket())
            connection.setblocking(False)
            connection.connect_ex((address.hostname, address.port))
        threading.Event().wait(HELD_S)


def test_bursts_of_connections_stop_nobody(site: Site) -> None:
    """/health/ took 1,055 ms: the kernel queued 50 connections for the server, and dropped the others."""
    with bystander(site) as watching:
        for _ in range(BURSTS):
            connect_and_hold(site)
    watching.assert_served_in_time()


def test_half_requests_that_are_closed_at_once_stop_nobody(site: Site) -> None:
    """1,100 of them had all open files of a server that may have 1,024: nobody else was answered.

    Where each had got a protocol before it was refused, /health/ took 183 to 542 ms.
    """
    address = urlsplit(site.url)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    with bystander(site) as watching, ExitStack() as opened:
        opened.callback(resource.setrlimit, resource.RLIMIT_NOFILE, limits)
        resource.setrlimit(resource.RLIMIT_NOFILE, (HALVES + OWN_FILES, limits[1]))
        for half in islice(cycle(HALF_REQUESTS), HALVES):
            connection = opened.enter_context(socket.socket())
            connection.bind((ELSEWHERE, 0))
            connection.connect((address.hostname, address.port))
            with suppress(ConnectionError):
                connection.sendall(half)
        assert open_files(site) < CONNECTIONS_OF_AN_ADDRESS + OWN_FILES
    watching.assert_served_in_time()


def open_files(site: Site) -> int:
    return len(list(Path(f"/proc/{site.process_id}/fd").iterdir()))
