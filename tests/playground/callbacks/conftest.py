"""The operator's setting under which callbacks are sent."""

from typing import Any

import pytest


@pytest.fixture
def callbacks_are_on(settings: Any) -> None:
    settings.CALLBACKS = True
