"""Which tests run in one process when several work side by side, and which need a server, a browser or a database."""

from collections.abc import Iterator

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling, Scheduling

LONGEST_FIRST = (
    "tests/browser/pages/",
    "tests/browser/playground/",
    "tests/playground/served/",
    "tests/dashboard/test_serving_together.py",
    "tests/upgrade/",
    "tests/dashboard/test_odd_input.py",
    "tests/playground/matrix/test_streams.py",
    "tests/dashboard/test_serving_with_uvicorn.py",
    "tests/dashboard/test_serving.py",
    "tests/engine/sentences/test_splitter.py",
    "tests/dashboard/test_permissions.py",
    "tests/dashboard/test_api_schema.py",
    "tests/engine/answer/test_answer_cost.py",
    "tests/playground/parsers/test_parser_costs.py",
)
"""Scopes that take a worker long: begun late, one of them would leave the others without work at the end."""
MARKED_BY_FIXTURE = {
    "browser": "browser",
    "postgres_url": "postgres",
    "redis_url": "redis",
    "server_processes": "served",
}
"""What a test needs that uses a fixture, or a fixture built on it; `make test-fast` leaves all of these out."""
SHARE_A_SITE = ("tests/browser/pages/", "tests/browser/playground/", "tests/playground/served/")


RUN_ALONE = ("tests/dashboard/attacks/", "tests/patterns/", "tests/soak/")
"""The folders of the tests that are marked `quiet`: the only ones that `make test` collects for them."""


class OneProcessPerSite(LoadScopeScheduling):
    """A file's tests run in one process, and so do all tests of a folder that shares a served site."""

    def _split_scope(self, nodeid: str) -> str:
        folder = next((folder for folder in SHARE_A_SITE if nodeid.startswith(folder)), None)
        return folder or nodeid.partition("::")[0]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark what each test needs; scopes are given out in the order in which they are collected.

    The order is set last: pytest-django puts every test without a database behind all others.
    """
    for item in items:
        for fixture in MARKED_BY_FIXTURE.keys() & getattr(item, "fixturenames", ()):
            item.add_marker(MARKED_BY_FIXTURE[fixture])
        if item.get_closest_marker("quiet") and not item.nodeid.startswith(RUN_ALONE):
            raise pytest.UsageError(
                f"{item.nodeid} is quiet: it runs in no other folder than {', '.join(RUN_ALONE)}"
            )
    yield
    items.sort(key=lambda item: _place(item.nodeid))


def _place(nodeid: str) -> int:
    return next(
        (place for place, scope in enumerate(LONGEST_FIRST) if nodeid.startswith(scope)), len(LONGEST_FIRST)
    )


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    return OneProcessPerSite(config, log)
