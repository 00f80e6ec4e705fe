"""What /health/ says when all is well, without a database, and without a channel layer."""

import pytest
from channels.layers import InMemoryChannelLayer
from django.db import OperationalError
from django.test import Client
from redis.exceptions import ConnectionError as RedisConnectionError

from dashboard.views import health


def test_all_is_well(client: Client, db: None) -> None:
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "channel_layer": "ok"}
    assert "no-store" in answer.headers["Cache-Control"]


def test_without_a_database_it_is_down(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OperationalError("canary")

    monkeypatch.setattr(health, "_select_one", fail)
    answer = client.get("/health/")
    assert answer.status_code == 503
    assert answer.json() == {"status": "down", "database": "down", "channel_layer": "ok"}


def test_b20_without_a_channel_layer_it_is_degraded(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(self: InMemoryChannelLayer, group: str, message: object) -> None:
        raise RedisConnectionError("canary")

    monkeypatch.setattr(InMemoryChannelLayer, "group_send", fail)
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json() == {"status": "degraded", "database": "ok", "channel_layer": "down"}


def test_it_only_reads(client: Client) -> None:
    assert client.post("/health/").status_code == 405
