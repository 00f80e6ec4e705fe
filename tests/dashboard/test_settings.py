"""Settings: those it starts with, those it refuses, and those that follow from SITE_URL."""

import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from dashboard.management.commands.run import _serving_environment
from tests.dashboard.processes import DEPLOYED, ROOT, manage, python
from tests.settings import ENVIRONMENT

pytestmark = pytest.mark.slow  # Most of them read the settings anew in a process of their own: a second each.

SHOW = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "dashboard.settings"
from dataclasses import asdict
from django.conf import settings
print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}, default=asdict))
"""


def settings_of(data: Path, environment: dict[str, str], *names: str) -> dict[str, Any]:
    """Return the values of settings in a separate process, which loads no app."""
    shown = python(data, environment, "-c", SHOW, *names)
    assert shown.returncode == 0, shown.stderr
    values: dict[str, object] = json.loads(shown.stdout)
    return values


def test_without_debug_it_does_not_start_without_keys_and_hosts(tmp_path: Path) -> None:
    refused = manage(tmp_path, {}, "check")
    assert refused.returncode == 1
    for name in ("SECRET_KEY", "ENCRYPTION_KEYS", "DEMO_LLM_KEY", "ALLOWED_HOSTS"):
        assert f"{name}: must be set" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "keys").exists()


def test_the_site_must_be_among_its_own_hosts(tmp_path: Path) -> None:
    refused = manage(tmp_path, DEPLOYED | {"SITE_URL": "https://other.example.org"}, "check")
    assert "SITE_URL: expected one of the ALLOWED_HOSTS" in refused.stderr


def test_a_deployed_site_passes_every_deployment_check(tmp_path: Path) -> None:
    checked = manage(tmp_path, DEPLOYED, "check", "--deploy", "--fail-level", "WARNING")
    assert checked.returncode == 0, checked.stderr


def test_debug_makes_keys_that_only_their_owner_reads(tmp_path: Path) -> None:
    first = settings_of(tmp_path, {"DEBUG": "true"}, "SECRET_KEY", "ENCRYPTION_KEYS", "DEMO_LLM_KEY")
    assert settings_of(tmp_path, {"DEBUG": "true"}, *first) == first
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    files = list((tmp_path / "keys").iterdir())
    assert {file.name for file in files} == {"secret_key", "encryption_keys", "demo_llm_key"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_tls_follows_from_the_address_of_the_site(tmp_path: Path) -> None:
    names = ("SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "SITE_ORIGINS", "DEBUG")
    assert settings_of(tmp_path, DEPLOYED, *names) == {
        "SESSION_COOKIE_NAME": "__Host-greenroom-session",
        "SESSION_COOKIE_SECURE": True,
        "SECURE_HSTS_SECONDS": 365 * 24 * 3600,
        "SITE_ORIGINS": ["https://greenroom.example.org"],
        "DEBUG": False,
    }


def test_a_site_on_this_machine_knows_its_other_names(tmp_path: Path) -> None:
    values = settings_of(tmp_path, {"DEBUG": "true", "PORT": "8770"}, "SITE_ORIGINS", "SESSION_COOKIE_NAME")
    assert set(values["SITE_ORIGINS"]) == {
        "http://127.0.0.1:8770",
        "http://localhost:8770",
        "http://[::1]:8770",
    }
    assert values["SESSION_COOKIE_NAME"] == "greenroom-8770-session"


def test_postgresql_and_redis_take_over_by_their_addresses(tmp_path: Path) -> None:
    environment = DEPLOYED | {
        "DATABASE_URL": "postgresql://someone:password@db.example.org:5433/greenroom",
        "REDIS_URL": "redis://redis.example.org:6379/1",
    }
    values = settings_of(tmp_path, environment, "DATABASES", "CHANNEL_LAYERS")
    database = values["DATABASES"]["default"]
    assert (database["ENGINE"], database["HOST"], database["PORT"]) == (
        "django.db.backends.postgresql",
        "db.example.org",
        5433,
    )
    assert database["CONN_HEALTH_CHECKS"] is True  # threads keep their connections
    layer = values["CHANNEL_LAYERS"]["default"]
    assert layer["BACKEND"] == "channels_redis.pubsub.RedisPubSubChannelLayer"
    assert layer["CONFIG"]["hosts"] == ["redis://redis.example.org:6379/1"]


def test_an_operator_sets_the_timeouts_of_a_turn(tmp_path: Path) -> None:
    environment = {
        "CONNECT_MS": "1500",
        "FIRST_CONTENT_MS": "60000",
        "CONTENT_GAP_MS": "40000",
        "REASONING_GAP_MS": "500000",
        "TURN_MS": "600000",
    }
    limits = settings_of(tmp_path, DEPLOYED | environment, "LIMITS")["LIMITS"]
    assert {name: str(limits[name.lower()]) for name in environment} == environment


def test_a_further_host_is_let_in_and_its_pages_may_post_and_open_sockets(tmp_path: Path) -> None:
    environment = {"DEBUG": "true", "HOSTS": "Name.example", "PORT": "9000"}
    names = ("ALLOWED_HOSTS", "SITE_ORIGINS", "CSRF_TRUSTED_ORIGINS", "SITE_URL")
    values = settings_of(tmp_path, environment, *names)
    assert values["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost", "[::1]", "name.example"]
    assert {"https://name.example", "http://name.example:9000"} < set(values["SITE_ORIGINS"])
    assert values["CSRF_TRUSTED_ORIGINS"] == values["SITE_ORIGINS"]
    assert values["SITE_URL"] == "http://127.0.0.1:9000"


def test_a_further_host_is_a_whole_name(tmp_path: Path) -> None:
    refused = manage(tmp_path, {"DEBUG": "true", "HOSTS": ".example"}, "check")
    assert "HOSTS: expected whole host names" in refused.stderr


@pytest.mark.parametrize(("given", "served"), [("", "true"), ("false", "false")])
def test_callbacks_are_on_under_make_run_alone(
    given: str, served: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLBACKS", given)
    assert _serving_environment(8765, debug=False)["CALLBACKS"] == served
    assert settings.CALLBACKS is False


def test_the_readme_explains_every_setting() -> None:
    table = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text(), flags=re.MULTILINE)
    assert sorted(table) == sorted(settings.SETTINGS)


def test_the_tests_take_no_setting_from_the_machine() -> None:
    assert sorted(ENVIRONMENT) == sorted(settings.SETTINGS)


@pytest.mark.django_db
def test_sqlite_waits_and_keeps_its_promises() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        pragmas = {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 20_000}
