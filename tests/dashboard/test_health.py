"""/health/: healthy, without a database or a channel layer, on a full disk, and with a late writer."""

import pytest
from channels.layers import InMemoryChannelLayer
from django.db import OperationalError
from django.test import Client
from redis.exceptions import ConnectionError as RedisConnectionError

from dashboard.views import health
from playground.engine.limits import MIB
from playground.runner import Runner

WELL = {"status": "ok", "database": "ok", "channel_layer": "ok", "disk": "ok", "writer": "ok"}


def test_all_is_well(client: Client, db: None) -> None:
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json() == WELL
    assert "no-store" in answer.headers["Cache-Control"]


def test_without_a_database_it_is_down(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OperationalError("canary")

    monkeypatch.setattr(health, "_select_one", fail)
    answer = client.get("/health/")
    assert answer.status_code == 503
    assert answer.json() == WELL | {"status": "down", "database": "down"}


def test_without_a_channel_layer_it_is_degraded(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(self: InMemoryChannelLayer, group: str, message: object) -> None:
        raise RedisConnectionError("canary")

    monkeypatch.setattr(InMemoryChannelLayer, "group_send", fail)
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json() == WELL | {"status": "degraded", "channel_layer": "down"}


def test_while_other_processes_cannot_be_followed_it_is_degraded(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Runner, "is_cut_off", True)
    answer = client.get("/health/")
    assert answer.status_code == 200
    assert answer.json() == WELL | {"status": "degraded", "channel_layer": "down"}


def test_it_only_reads(client: Client) -> None:
    assert client.post("/health/").status_code == 405


@pytest.mark.parametrize(
    ("free_bytes", "disk", "status", "code"),
    [(512 * MIB, "ok", "ok", 200), (511 * MIB, "low", "degraded", 200), (31 * MIB, "full", "down", 503)],
)
def test_it_says_when_the_disk_is_full_or_nearly_so(
    client: Client,
    db: None,
    monkeypatch: pytest.MonkeyPatch,
    free_bytes: int,
    disk: str,
    status: str,
    code: int,
) -> None:
    monkeypatch.setattr(health, "_free_bytes", lambda: free_bytes)
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()) == (code, WELL | {"status": status, "disk": disk})


@pytest.mark.parametrize(
    ("lag_s", "writer", "status", "code"),
    [(9.0, "ok", "ok", 200), (11.0, "late", "degraded", 200), (61.0, "stuck", "down", 503)],
)
def test_it_says_when_turns_wait_long_to_be_stored(
    client: Client,
    db: None,
    monkeypatch: pytest.MonkeyPatch,
    lag_s: float,
    writer: str,
    status: str,
    code: int,
) -> None:
    monkeypatch.setattr(Runner, "writer_lag_s", lag_s)
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()) == (code, WELL | {"status": status, "writer": writer})
