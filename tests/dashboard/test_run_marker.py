"""Management commands beside what `make run` serves need no setting."""

from pathlib import Path

import pytest

from dashboard import run_marker
from tests.browser.site import prepare
from tests.dashboard.processes import manage

ADDRESS = "http://127.0.0.1:8766"


@pytest.fixture
def marked(tmp_path: Path) -> Path:
    run_marker.leave(tmp_path, ADDRESS, {"DEBUG": "true", "PORT": "8766"})
    return tmp_path


def settings_beside(folder: Path, *arguments: str, **environment: str) -> dict[str, str]:
    return run_marker.command_settings(
        ["manage.py", *arguments], {"GREENROOM_DATA": str(folder), **environment}
    )


def test_a_command_has_the_keys_and_the_address_of_the_run(marked: Path) -> None:
    assert settings_beside(marked, "create_api_key", "x") == {"DEBUG": "true", "SITE_URL": ADDRESS}


@pytest.mark.parametrize("arguments", [(), ("serve",), ("serve", "--link"), ("runserver",)])
def test_a_server_has_nothing_of_it(marked: Path, arguments: tuple[str, ...]) -> None:
    assert settings_beside(marked, *arguments) == {}


@pytest.mark.parametrize("name", [*run_marker.SERVER_SETTINGS, "SECRET_KEY_FILE"])
def test_an_environment_that_describes_a_server_counts_alone(marked: Path, name: str) -> None:
    assert settings_beside(marked, "verify", **{name: "something"}) == {}


def test_limits_describe_no_server(marked: Path) -> None:
    assert settings_beside(marked, "verify", TIME_ZONE="Europe/Rome", DEBUG="", LOG_LEVEL="ERROR")


def test_without_a_run_there_is_none(tmp_path: Path) -> None:
    assert settings_beside(tmp_path, "verify") == {}


@pytest.mark.parametrize("name", ["DATABASE_URL", "ENCRYPTION_KEYS_FILE"])
def test_a_run_on_another_database_or_other_keys_leaves_none(marked: Path, name: str) -> None:
    run_marker.leave(marked, ADDRESS, {name: "something"})
    assert settings_beside(marked, "verify") == {}


@pytest.mark.usefixtures("server_processes")
def test_a_command_beside_a_run_makes_a_key(tmp_path: Path) -> None:
    prepare(tmp_path)
    made = manage(tmp_path, {}, "create_api_key", "a script")
    assert made.stdout.splitlines()[-1].startswith("gr_"), made.stderr
