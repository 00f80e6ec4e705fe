"""The site that all attacks share, with the keys of an attacker and of somebody else."""

from collections.abc import Iterator

import pytest

from tests.browser.site import Site, serve_site
from tests.dashboard.attacks.attacking import cookies_of, exchange, head

MAKE_KEYS = """
from django.contrib.auth.models import User
from django.core.management import call_command
User.objects.create_superuser("bob")
call_command("create_api_key", "a script")
call_command("create_api_key", "another script", user="bob")
"""


@pytest.fixture(scope="package")
def site(server_processes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serve_site(tmp_path_factory.mktemp("attacked")) as served:
        yield served


@pytest.fixture(scope="package")
def session(site: Site) -> bytes:
    """The cookies of a browser in which the site's admin is signed in."""
    return cookies_of(exchange(site, head("GET", site.link.removeprefix(site.url))))


@pytest.fixture(scope="package")
def keys(site: Site) -> list[str]:
    printed = site.manage("shell", "--no-imports", "-c", MAKE_KEYS).splitlines()
    return [line for line in printed if line.startswith("gr_")]


@pytest.fixture(scope="package")
def key(keys: list[str]) -> str:
    """The first admin's."""
    return keys[0]


@pytest.fixture(scope="package")
def bobs(keys: list[str]) -> str:
    """The key of someone else."""
    return keys[1]
