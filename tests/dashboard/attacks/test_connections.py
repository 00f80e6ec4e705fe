"""Many connections at once, on which nothing is sent, keep nobody waiting."""

import socket
import threading
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest

from tests.browser.site import Site
from tests.dashboard.attacks.attacking import bystander

pytestmark = pytest.mark.quiet  # Measures how long others wait: tests beside it would be measured too.

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
