"""A log line cannot be forged, and says which request it belongs to."""

import logging
import sys
from collections.abc import Callable

import pytest

from dashboard.logs import SafeFormatter
from dashboard.request_id import begin_request
from playground.models.inspector import new_address_token

FORMAT = "%(levelname)s [%(request_id)s] %(message)s"


def formatted(message: str, *arguments: object, error: BaseException | None = None) -> str:
    trace = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("a", logging.WARNING, "a.py", 1, message, arguments, trace)
    return SafeFormatter(FORMAT).format(record)


@pytest.mark.parametrize("character", ["\n", "\r", "\x1b", "\x00", "\x85", "\u2028", "\u202e", "\x9b"])
def test_no_control_character_reaches_the_log(character: str) -> None:
    line = formatted("path %s", f"/a{character}WARNING forged")
    assert character not in line
    assert "forged" in line


@pytest.mark.parametrize(
    "path", ["/inspect/{}", "/inspect/{}/v1/chat/completions", "http://other/inspect/{}?a=b"]
)
def test_an_inspectors_address_is_not_readable(path: str) -> None:
    token = new_address_token()
    line = formatted("Not Found: %s", path.format(token))
    assert token not in line
    assert line.endswith(f" Not Found: {path.format('…')}")


def test_a_traceback_cannot_begin_a_line_that_looks_like_an_event() -> None:
    try:
        raise ValueError("x\nERROR [-] forged\x1b[31m")
    except ValueError as error:
        lines = formatted("failed", error=error).split("\n")
    assert len(lines) > 2
    assert all(line.startswith("    ") for line in lines[1:])
    assert "\x1b" not in "".join(lines)


SECRET = "sk-live-0123456789"


def simple() -> None:
    raise ValueError(SECRET)


def with_a_cause() -> None:
    raise LookupError(SECRET) from ValueError(SECRET)


def in_a_group() -> None:
    raise ExceptionGroup(SECRET, [ValueError(SECRET)])


@pytest.mark.parametrize("fail", [simple, with_a_cause, in_a_group])
def test_a_traceback_names_the_classes_of_its_exceptions_without_their_words(
    fail: Callable[[], None],
) -> None:
    try:
        fail()
    except Exception as error:
        text = formatted("Internal Server Error: %s", "/", error=error)
    assert SECRET not in text
    assert "ValueError" in text
    assert "test_logs.py" in text


def test_an_exception_in_a_message_is_named_by_its_class() -> None:
    """Daphne logs what ends an application like this."""
    text = formatted("Exception inside application: %s", ValueError(SECRET), error=ValueError(SECRET))
    assert text.splitlines()[0].endswith("Exception inside application: ValueError")
    assert SECRET not in text


def test_a_line_is_written_while_python_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be imported then."""
    monkeypatch.setattr(sys, "meta_path", None)
    assert formatted("The port is taken.").endswith("The port is taken.")


def test_a_line_carries_the_id_of_its_request() -> None:
    assert f"[{begin_request()}]" in formatted("answered")


@pytest.mark.parametrize("name", ["httpx", "httpcore", "aiohttp"])
def test_http_clients_log_no_addresses(name: str) -> None:
    assert not logging.getLogger(name).isEnabledFor(logging.INFO)
