"""Fixtures of the tests over a real socket: the served site, an API key and a session."""

from collections.abc import Iterator

import pytest

from tests.browser.site import Site, serve_site
from tests.playground.served_api import prepared_key
from tests.playground.socket_client import sign_in


@pytest.fixture(scope="package")
def served_site(server_processes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The app as `manage.py run` serves it with its demo data."""
    with serve_site(tmp_path_factory.mktemp("served")) as site:
        yield site


@pytest.fixture(scope="package")
def uvicorn_site(server_processes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The same under uvicorn."""
    with serve_site(tmp_path_factory.mktemp("uvicorn"), server="uvicorn") as site:
        yield site


@pytest.fixture(scope="package")
def cookies(served_site: Site) -> str:
    """A session of the first admin."""
    return sign_in(served_site)


@pytest.fixture(scope="package")
def key(served_site: Site) -> str:
    """An API key of the first admin."""
    return prepared_key(served_site)
