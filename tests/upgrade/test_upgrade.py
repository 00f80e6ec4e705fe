"""A database of an older version opens with the present code: what it holds, exports and sends is the same to the byte.

The golden files were written by the code that made the database (see `make_fixture`). A served site and a socket are
needed: that the bytes on the wire stay the same is what is tested.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.upgrade.contents import GHOST, OPEN_TALK, PENDING
from tests.upgrade.goldens import Golden, collect
from tests.upgrade.served import DATABASE, GOLDEN, copy_database, running_llm_server, running_site

FILES = sorted(str(path.relative_to(GOLDEN)) for path in GOLDEN.rglob("*.*"))
OPEN_TURN = """
    SELECT turn.status FROM playground_turn AS turn JOIN playground_conversation AS conversation
    ON turn.conversation_id = conversation.id
    WHERE conversation.conversation_name = ? AND turn.lease_until < datetime('now')
"""


@pytest.fixture(scope="module")
def upgraded(
    server_processes: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Golden, str]]:
    """The contents of a copy migrated and served by the current code, and its log."""
    data = tmp_path_factory.mktemp("upgraded")
    with running_llm_server() as llm:
        copy_database(data, llm)
        with running_site(data, llm) as site:
            files = collect(site)
    yield files, (data / "server.log").read_text()
    shutil.rmtree(data)


def test_everything_is_as_it_was(upgraded: tuple[Golden, str], subtests: pytest.Subtests) -> None:
    files, _ = upgraded
    for name in FILES:
        with subtests.test(name):
            assert files[name] == golden(name)


def test_nothing_else_is_there(upgraded: tuple[Golden, str]) -> None:
    files, _ = upgraded
    assert sorted(files) == FILES


def test_nothing_failed_on_the_way(upgraded: tuple[Golden, str]) -> None:
    _, log = upgraded
    assert [line for line in log.splitlines() if " ERROR " in line or "Traceback" in line] == []


def test_the_stored_database_has_an_open_turn_whose_lease_is_over() -> None:
    assert rows(DATABASE, OPEN_TURN, OPEN_TALK) == [("streaming",)]


def test_the_turn_that_a_killed_server_left_open_is_closed_and_keeps_its_text() -> None:
    open_talk = golden(f"conversations/{OPEN_TALK.replace(' ', '-')}.txt")
    assert "The server was stopped in the middle of this turn." in open_talk
    assert '"speech": "word word' in open_talk


def test_a_pending_secret_is_pending_and_a_missing_one_missing() -> None:
    secrets = golden("secrets.txt")
    assert f"{PENDING} · value missing" in secrets
    assert GHOST not in secrets


def golden(name: str) -> str:
    """Return the file as it is stored, without any translation of line ends."""
    return (GOLDEN / name).read_bytes().decode()


def rows(database: Path, query: str, *values: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as stored:
        return stored.execute(query, values).fetchall()
