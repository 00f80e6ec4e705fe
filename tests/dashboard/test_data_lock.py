"""The lock of the data folder: no server begins in a folder that is being restored."""

import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from dashboard import data_lock
from dashboard.lifetime import lifespan
from dashboard.management.commands import run, serve


async def test_no_server_of_another_kind_starts_in_a_folder_that_is_being_restored(
    tmp_path: Path, settings: Settings
) -> None:
    async def receive() -> Any:
        return {"type": "lifespan.startup"}

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    settings.GREENROOM_DATA = tmp_path
    with data_lock.alone(tmp_path):
        await lifespan({"type": "lifespan", "asgi": {"spec_version": "2.0", "version": "3.0"}}, receive, send)
    assert [message["type"] for message in sent] == ["lifespan.startup.failed"]
    assert "A restore is under way" in sent[0]["message"]


def test_neither_serve_nor_run_begins_in_a_folder_that_is_being_restored(
    installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begun(*_: object, **__: object) -> NoReturn:
        raise AssertionError

    monkeypatch.setattr(serve, "_static_files_stand", begun)
    monkeypatch.setattr(run, "call_command", begun)
    with data_lock.alone(installation):
        for command in ("serve", "run"):
            with pytest.raises(CommandError, match="A restore is under way"):
                call_command(command)


def test_the_first_server_of_a_folder_knows_that_it_is_alone(tmp_path: Path) -> None:
    """In processes of their own, since a lock ends with its process."""
    program = (
        "import sys; from pathlib import Path; from dashboard import data_lock; "
        "print(data_lock.join_servers(Path(sys.argv[1])), flush=True); sys.stdin.read()"
    )

    def serving() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def is_alone(process: subprocess.Popen[str]) -> str:
        assert process.stdout is not None
        return process.stdout.readline().strip()

    with serving() as first, serving() as second:
        answers = {is_alone(first), is_alone(second)}
        first.kill()
        second.kill()
    with serving() as third:
        answer = is_alone(third)
        third.kill()
    assert (answers, answer) == ({"True", "False"}, "True")
