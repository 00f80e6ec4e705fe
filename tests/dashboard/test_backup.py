"""`manage.py backup`: one archive of the data while a server writes, the keys apart, and nothing half done."""

import gzip
import json
import shutil
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command

from dashboard.backups import postgres, sqlite_copy
from dashboard.backups.errors import BackupError
from dashboard.backups.keys_file import read_keys
from dashboard.backups.sqlite_copy import copy_online
from tests.dashboard.own_database import postgres_at, using
from tests.personas.making import make_secret
from tests.services import new_postgres

Output = pytest.CaptureFixture[str]


def refused(*arguments: str) -> str:
    with pytest.raises(CommandError) as failed:
        call_command("backup", *arguments)
    return str(failed.value)


def test_the_archive_has_the_database_and_what_lies_beside_it_for_its_owner_alone(
    installation: Path, tmp_path: Path, capsys: Output
) -> None:
    make_secret("MINE")  # In the write-ahead log and not in the database's file yet.
    backup = tmp_path / "backup.tar.gz"
    call_command("backup", str(backup))
    assert backup.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.tar.gz", "one"]
    with tarfile.open(backup) as archive:
        assert archive.getnames() == ["manifest.json", "database.sqlite3", "data/site_url"]
        archive.extractall(tmp_path / "out", filter="data")
    assert (tmp_path / "out" / "data" / "site_url").read_text() == "http://one.example\n"
    with closing(sqlite3.connect(tmp_path / "out" / "database.sqlite3")) as copy:
        assert copy.execute("SELECT name FROM personas_tokensecret").fetchall() == [("MINE",)]
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["database"] == "sqlite"
    assert ["personas", "0001_initial"] in manifest["migrations"]
    printed = capsys.readouterr().out
    assert f"The backup is in {backup}" in printed
    assert "in 2 files." in printed
    assert "The keys are not in the backup" in printed


def test_keys_go_into_a_file_of_their_own_and_never_into_the_archive(
    installation: Path, tmp_path: Path, capsys: Output
) -> None:
    (installation / "keys").mkdir()
    (installation / "keys" / "encryption_keys").write_text(django_settings.ENCRYPTION_KEYS[0])
    call_command("backup", str(tmp_path / "backup.tar.gz"), "--keys", str(tmp_path / "keys.env"))
    assert (tmp_path / "keys.env").stat().st_mode & 0o777 == 0o600
    keys = read_keys(tmp_path / "keys.env")
    assert keys.encryption_keys == tuple(django_settings.ENCRYPTION_KEYS)
    assert keys.secret_key == django_settings.SECRET_KEY
    content = gzip.decompress((tmp_path / "backup.tar.gz").read_bytes())
    assert django_settings.ENCRYPTION_KEYS[0].encode() not in content
    printed = capsys.readouterr().out
    assert "Keep it apart from the backup" in printed
    assert django_settings.ENCRYPTION_KEYS[0] not in printed


@pytest.mark.parametrize("taken", ["backup.tar.gz", "keys.env"])
def test_nothing_is_overwritten(installation: Path, tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).write_text("mine")
    message = refused(str(tmp_path / "backup.tar.gz"), "--keys", str(tmp_path / "keys.env"))
    assert message == f"{tmp_path / taken} exists already: nothing is overwritten."
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([taken, "one"])
    assert (tmp_path / taken).read_text() == "mine"


@pytest.mark.parametrize(
    ("place", "reason"),
    [("one/data/backup.tar.gz", "would be lost with it"), ("nowhere/backup.tar.gz", "There is no folder")],
)
def test_a_place_for_no_backup_is_refused(
    installation: Path, tmp_path: Path, place: str, reason: str
) -> None:
    assert reason in refused(str(tmp_path / place))


def test_a_full_disk_is_noticed_before_anything_is_written(
    installation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr("dashboard.backups.space.shutil.disk_usage", lambda _: usage._replace(free=1_000))
    assert "are needed, 1000 bytes are free" in refused(str(tmp_path / "backup.tar.gz"))
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


@pytest.mark.parametrize(("names", "about"), [((), ""), (("archive",), "archive: ")])
def test_what_fails_half_way_leaves_nothing_and_names_the_file_that_the_system_names(
    installation: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    names: tuple[str, ...],
    about: str,
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", *names)

    monkeypatch.setattr("dashboard.backups.archive.write", full)
    message = refused(str(tmp_path / "backup.tar.gz"))
    assert message == f"The backup was not finished: {about}No space left on device."
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_without_a_database_there_is_no_backup(installation: Path, tmp_path: Path) -> None:
    (installation / "data" / "greenroom.sqlite3").unlink()
    assert "There is no database yet" in refused(str(tmp_path / "backup.tar.gz"))


def test_a_damaged_database_is_no_backup(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"SQLite format 3\0" + b"\7" * 8_000)
    with pytest.raises(BackupError, match="cannot be copied"):
        copy_online(tmp_path / "source", tmp_path / "copy", lambda *_: None)


def test_the_copy_is_of_one_moment_and_ends_however_much_is_written_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_copy, "PAGES_AT_ONCE", 1)
    steps = []
    with closing(sqlite3.connect(tmp_path / "source", isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("CREATE TABLE answers (text)")
        writer.executemany("INSERT INTO answers VALUES (?)", [("word " * 500,)] * 20)

        def write(done: int, pages: int) -> None:
            steps.append((done, pages))
            assert done == len(steps), "The copy began anew."
            writer.execute("UPDATE answers SET text = text || 'more'")
            writer.execute("INSERT INTO answers VALUES ('late')")

        copy_online(tmp_path / "source", tmp_path / "copy", write)
        assert writer.execute("SELECT count(*) FROM answers").fetchone() == (20 + len(steps),)
    with closing(sqlite3.connect(tmp_path / "copy")) as copy:
        assert copy.execute("SELECT count(*), max(text) FROM answers").fetchone() == (20, "word " * 500)
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert len(steps) == steps[0][1] > 1


def test_pg_dump_is_named_with_everything_but_the_password() -> None:
    database = {
        "HOST": "db.example.org",
        "PORT": 5433,
        "USER": "the owner",
        "PASSWORD": "hunter2",
        "NAME": "greenroom",
    }
    assert postgres.dump_command(database, "/b/x.dump") == (
        "pg_dump --format=custom --host=db.example.org --port=5433 '--username=the owner' --dbname=greenroom "
        "--file=/b/x.dump"
    )
    assert postgres.restore_command({"NAME": "greenroom", "HOST": ""}, "x.dump") == (
        "pg_restore --no-owner --exit-on-error --dbname=greenroom x.dump"
    )


def test_with_postgresql_what_lies_beside_is_saved_and_pg_dump_named(
    installation: Path, tmp_path: Path, postgres_url: str, capsys: Output
) -> None:
    (installation / "data" / "greenroom.sqlite3").unlink()
    with new_postgres(postgres_url, "backup") as url, using(postgres_at(url)):
        call_command("backup", str(tmp_path / "backup.tar.gz"))
    with tarfile.open(tmp_path / "backup.tar.gz") as archive:
        assert archive.getnames() == ["manifest.json", "data/site_url"]
    assert f"--file={tmp_path}/backup.tar.gz.dump" in capsys.readouterr().out
