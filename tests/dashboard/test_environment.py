"""Settings are typed, and an invalid one is reported with what was expected."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from dashboard import environment
from dashboard.environment import Environment, WrongValueError

FERNET = "Zm9yIHRoZSB0ZXN0cyBvbmx5LCBub3RoaW5nIGVsc2U="


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (environment.boolean, "True", True),
        (environment.boolean, "off", False),
        (environment.port, "8765", 8765),
        (environment.words, "a, b c", ["a", "b", "c"]),
        (environment.fernet_keys, f"{FERNET},{FERNET}", [FERNET, FERNET]),
        (environment.allowed_hosts, "a.example .b.example [::1]", ["a.example", ".b.example", "[::1]"]),
        (environment.origin, "https://A.example:8443/", "https://a.example:8443"),
        (environment.base_url, "https://llm.example/v1/", "https://llm.example/v1"),
        (environment.private_hosts, "ollama:11434,[::1]:*", ["ollama:11434", "[::1]:*"]),
        (environment.time_zone, "Europe/Istanbul", "Europe/Istanbul"),
        (environment.log_level, "info", "INFO"),
        (environment.milliseconds(1, 10), "10", 10),
    ],
)
def test_a_setting_is_read_as_its_type(parse: Callable[[str], Any], text: str, value: object) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(
    ("parse", "text", "expected"),
    [
        (environment.boolean, "maybe", "true or false"),
        (environment.port, "0", "1 to 65535"),
        (environment.port, "80a", "1 to 65535"),
        (environment.port, "８０", "1 to 65535"),
        (environment.secret_key, "short", "50 random characters"),
        (environment.fernet_keys, f"{FERNET},nonsense", "number 2 is none"),
        (environment.demo_key, "with a space in it", "without spaces"),
        (environment.allowed_hosts, "a.example,*", "any site"),
        (environment.allowed_hosts, "https://a.example", "without scheme"),
        (environment.origin, "greenroom.example.org", "https://greenroom.example.org"),
        (environment.origin, "https://a.example/path", "without a path"),
        (environment.origin, "https://user:password@a.example", "without a path"),
        (environment.origin, "http://[::1", "without a path"),
        (environment.origin, "http://a.example:99999", "without a path"),
        (environment.base_url, "ftp://a.example", "https://llm.example.org/v1"),
        (environment.private_hosts, "ollama", "host:port"),
        (environment.private_hosts, "ollama:70000", "host:port"),
        (environment.time_zone, "Mars/Olympus", "Europe/Istanbul"),
        (environment.time_zone, "../../etc/passwd", "Europe/Istanbul"),
        (environment.log_level, "loud", "DEBUG, INFO"),
        (environment.redis_url, "http://localhost", "redis://"),
        (environment.database_url, "mysql://localhost/x", "postgresql://"),
        (environment.milliseconds(1, 10), "11", "from 1 to 10"),
    ],
)
def test_a_wrong_setting_says_what_was_expected(
    parse: Callable[[str], Any], text: str, expected: str
) -> None:
    with pytest.raises(WrongValueError, match=expected):
        parse(text)


def test_every_wrong_setting_is_listed_and_no_value_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "canary-port")
    monkeypatch.setenv("SECRET_KEY", "canary-key")
    reader = Environment()
    reader.read("PORT", environment.port, 1)
    reader.read("SECRET_KEY", environment.secret_key, "")
    with pytest.raises(ImproperlyConfigured) as refused:
        reader.refuse_if_wrong()
    assert "PORT: expected a port" in str(refused.value)
    assert "SECRET_KEY: expected at least 50" in str(refused.value)
    assert "canary" not in str(refused.value)


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "  ")
    assert Environment().read("PORT", environment.port, 8765) == 8765


def test_a_value_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "port").write_text("8080\n")
    monkeypatch.delenv("PORT")
    monkeypatch.setenv("PORT_FILE", str(tmp_path / "port"))
    assert Environment().read("PORT", environment.port, 1) == 8080


def test_a_file_that_is_missing_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PORT_FILE", str(tmp_path / "nothing"))
    reader = Environment()
    reader.read("PORT", environment.port, 1)
    with pytest.raises(ImproperlyConfigured, match="PORT_FILE: expected the path"):
        reader.refuse_if_wrong()


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WrongValueError, match="a folder"):
        environment.folder(str(tmp_path / "file"))
