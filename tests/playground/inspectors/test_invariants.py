"""What `manage.py verify` says of inspectors: nothing of sound ones, a sentence of each that is not."""

from datetime import timedelta
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth.models import User
from django.utils import timezone

from playground.inspectors.invariants import INVARIANTS
from playground.models import InspectedRequest
from tests.playground.inspectors.asking import ask, made

pytestmark = pytest.mark.usefixtures("inspectors")


def violations() -> list[int]:
    """Return how many sentences each invariant yields."""
    return [len(list(invariant.violations())) for invariant in INVARIANTS]


@pytest.mark.parametrize(
    ("damage", "counts"),
    [
        ({}, [0, 0, 0]),
        ({"number": 9}, [1, 0, 0]),
        ({"ended": "", "arrived_at": timezone.now() - timedelta(days=1)}, [0, 1, 0]),
        ({"answer_body": b"more"}, [0, 0, 1]),
    ],
)
async def test_damage_is_found(user: User, damage: dict[str, Any], counts: list[int]) -> None:
    await ask(await made(user))
    if damage:
        await InspectedRequest.objects.aupdate(**damage)
    assert await database_sync_to_async(violations)() == counts
