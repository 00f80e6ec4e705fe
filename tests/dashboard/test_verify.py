"""`manage.py verify`: a sentence for everything that holds, the rows that break it, and its exit code."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from dashboard import invariants
from dashboard.management.commands import verify
from personas.invariants import Invariant
from personas.models import TokenSecret
from playground.models import Turn
from tests.conftest import make_user
from tests.dashboard.own_database import migrated_postgres, postgres_at, sqlite_at, using
from tests.personas.making import make_secret
from tests.playground.rehearsals import make_conversation

pytestmark = pytest.mark.django_db

Output = pytest.CaptureFixture[str]


def broken(output: Output, *, code: int = 1) -> list[str]:
    """Run the command, which fails; return the sentences of what doesn't hold, with the rows."""
    with pytest.raises(CommandError) as failed:
        call_command("verify")
    assert failed.value.returncode == code
    printed = output.readouterr().out.splitlines()
    return [line.removeprefix("BROKEN ").strip() for line in printed if not line.startswith("ok ")]


def test_a_sound_database_passes_with_a_sentence_for_everything(admin_user: User, capsys: Output) -> None:
    make_secret()
    make_conversation(admin_user)
    call_command("verify")
    *sentences, last = capsys.readouterr().out.splitlines()
    every = [invariants.MIGRATED, *invariants.INVARIANTS]
    assert sentences == [f"ok     {each.sentence}" for each in every]
    assert last == "All of it holds."


def test_what_breaks_is_named_and_the_rest_is_still_checked(capsys: Output) -> None:
    TokenSecret.objects.create(name="LOST", ciphertext="gAAAA")
    assert broken(capsys) == [
        "Every token secret that has a value can be decrypted.",
        "The value of the token secret LOST cannot be decrypted with the keys in use.",
    ]


def test_of_many_rows_the_first_are_named_and_the_rest_counted(capsys: Output) -> None:
    for number in range(verify.NAMED + 3):
        TokenSecret.objects.create(name=f"LOST_{number}", ciphertext="gAAAA")
    lines = broken(capsys)
    assert len(lines) == 1 + verify.NAMED + 1
    assert lines[-1] == "And 3 more."


def test_a_migration_that_has_not_run_is_named_and_nothing_else_is_asked(capsys: Output) -> None:
    MigrationRecorder(connection).record_unapplied("personas", "0009_last_use_from_conversations")
    with pytest.raises(CommandError):
        call_command("verify")
    assert capsys.readouterr().out.splitlines() == [
        "BROKEN The database has the tables of this version.",
        "       The migration personas.0009_last_use_from_conversations has not run: run manage.py migrate.",
    ]


def test_a_migration_of_a_newer_version_is_named(capsys: Output) -> None:
    MigrationRecorder(connection).record_applied("personas", "0999_later")
    assert broken(capsys)[1:] == [
        "The migration personas.0999_later is of a newer version: this one may not use the database."
    ]


def test_a_reference_to_a_missing_row_is_named(admin_user: User) -> None:
    conversation = make_conversation(admin_user)
    owner_id = conversation.owner_id
    type(conversation).objects.update(owner_id=owner_id + 1)
    [violation] = invariants.dangling_references()
    assert "playground_conversation refers to a row of auth_user" in violation
    type(conversation).objects.update(owner_id=owner_id)  # The database checks at the test's end.


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "damaged.sqlite3"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE one (a, b)")
        database.execute("CREATE INDEX by_one ON one (a)")
        database.execute("INSERT INTO one VALUES (1, 2)")
        database.execute("PRAGMA writable_schema = ON")
        database.execute(
            "UPDATE sqlite_schema SET sql = 'CREATE INDEX by_one ON one (b)' WHERE type = 'index'"
        )
    with using(sqlite_at(path)):
        assert list(invariants.damaged_pages()) == [
            "SQLite finds the database damaged: row 1 missing from index by_one."
        ]


def test_nothing_is_written_and_writing_works_again_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    def write() -> Iterator[str]:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM personas_tokensecret")
        yield from ()

    make_secret("OLD")
    monkeypatch.setattr(verify, "INVARIANTS", (Invariant("Nothing is written.", write),))
    with pytest.raises(CommandError) as failed:
        call_command("verify")
    assert failed.value.returncode == verify.NOT_VERIFIED
    make_secret("NEW")
    assert list(TokenSecret.objects.values_list("name", flat=True)) == ["NEW", "OLD"]


def test_a_database_that_does_not_answer_is_another_exit_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away() -> Iterator[str]:
        raise OperationalError("connection to server failed: password")

    monkeypatch.setattr(verify, "MIGRATED", Invariant("The database answers.", away))
    with pytest.raises(CommandError, match="cannot be read \\(OperationalError\\)") as failed:
        call_command("verify")
    assert failed.value.returncode == verify.NOT_VERIFIED


def test_postgresql_is_asked_the_same_and_is_not_written_to(postgres_url: str, capsys: Output) -> None:
    with migrated_postgres(postgres_url, "verify") as url, using(postgres_at(url)):
        conversation = make_conversation(make_user("carol"))
        turn = Turn.objects.create(
            conversation=conversation, position=1, status="completed", text="a", timings={"total": 1}
        )
        with invariants.read_only(), pytest.raises(DatabaseError, match="read-only transaction"):
            make_secret("NEW")
        violations = broken(capsys)
    assert violations == [
        "The turns of a conversation are numbered from 0 without a gap.",
        f"Conversation {conversation.pk} has turns at the positions 1 to 1, 1 in all.",
        "No conversation is behind the events of its turns.",
        f"Conversation {conversation.pk} is at seq 0, and its turns had 2 events or more.",
        "Every closed turn has its end.",
        f"Turn {turn.pk} is completed, and has no time of its end.",
        "What was heard is what was said, up to where the turn ended.",
        f"The heard text of turn {turn.pk} is not what its text and its status say.",
    ]
