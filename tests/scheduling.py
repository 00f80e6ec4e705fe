"""Which tests run in one process when several work side by side."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling, Scheduling

SHARE_A_SITE = ("tests/browser/pages/", "tests/browser/playground/", "tests/playground/served/")


class OneProcessPerSite(LoadScopeScheduling):
    """A file's tests run in one process, and so do all tests of a folder that shares a served site."""

    def _split_scope(self, nodeid: str) -> str:
        folder = next((folder for folder in SHARE_A_SITE if nodeid.startswith(folder)), None)
        return folder or nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    return OneProcessPerSite(config, log)
