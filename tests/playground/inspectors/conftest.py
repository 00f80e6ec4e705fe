"""An event loop's inspectors, stopped with the test."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from django.contrib.auth.models import User

from playground.access import MAKE_INSPECTOR
from playground.inspectors.application import Inspecting, inspecting
from tests.conftest import REHEARSE, make_user


@pytest.fixture
def user(db: None) -> User:
    """Alice: makes inspectors, too."""
    return make_user("alice", *REHEARSE, MAKE_INSPECTOR)


@pytest_asyncio.fixture
async def inspectors(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Inspecting]:
    monkeypatch.setattr("playground.inspectors.recorder.LOSSES_STORED_EVERY_S", 0.0)
    yield inspecting()
    await inspecting().stop(5.0)
