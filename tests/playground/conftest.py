"""What tests of the playground share: the served site, and an LLM server in another process."""

from collections.abc import Iterator

import pytest

from tests.browser.site import Site, serve_site
from tests.llm_server.fixture import (
    every_connection_has_an_end,
    llm_server,
    llm_server_process,
    loopback_is_open,
    outgoing_is_closed,
)
from tests.playground.front_door import door, front_door, listener
from tests.playground.socket_client import sign_in
from tests.playground.stage import stage

__all__ = [
    "door",
    "every_connection_has_an_end",
    "front_door",
    "listener",
    "llm_server",
    "llm_server_process",
    "loopback_is_open",
    "outgoing_is_closed",
    "stage",
]


@pytest.fixture(scope="package")
def served_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The app as `manage.py run` serves it with its demo data."""
    with serve_site(tmp_path_factory.mktemp("served")) as site:
        yield site


@pytest.fixture(scope="package")
def cookies(served_site: Site) -> str:
    """A session of the first admin."""
    return sign_in(served_site)
