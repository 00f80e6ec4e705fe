"""`manage.py restore`: all of a backup or nothing of it, into a folder that no server uses."""

import errno
import gzip
import io
import os
import re
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import OperationalError
from pytest_django import Settings

from dashboard import data_lock
from dashboard.backups import archive, restoring
from dashboard.backups.keys_file import Keys, write_keys
from dashboard.backups.manifest import Manifest
from personas.models import TokenSecret
from tests.dashboard.installations import at, tree
from tests.dashboard.own_database import postgres_at, using
from tests.personas.making import make_secret
from tests.services import new_postgres
from tests.upgrade.served import DATABASE as OLDER_DATABASE
from tests.upgrade.served import KEYS as OLDER_KEYS

Output = pytest.CaptureFixture[str]


@pytest.fixture
def backup(installation: Path, tmp_path: Path) -> Path:
    """A backup of an installation with one token secret."""
    make_secret("MINE")
    call_command("backup", str(tmp_path / "backup.tar.gz"), verbosity=0)
    return tmp_path / "backup.tar.gz"


@pytest.fixture
def target(backup: Path, tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """The folder of another installation in which nothing is yet; the settings are its own."""
    with at(tmp_path / "target", settings) as folder:
        yield folder


def refused(*arguments: str | Path) -> str:
    with pytest.raises(CommandError) as failed:
        call_command("restore", *map(str, arguments))
    return str(failed.value)


def secrets_in(database: Path) -> list[str]:
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as stored:
        return [name for (name,) in stored.execute("SELECT name FROM personas_tokensecret")]


def rewritten(backup: Path, change: Callable[[Manifest], Manifest], paths: Path) -> Path:
    """Return a backup like this one with another manifest; ``paths`` is an empty folder."""
    manifest = archive.manifest_of(backup)
    archive.extract(backup, paths)
    changed = change(manifest)
    copy = backup.with_name("changed.tar.gz")
    archive.write(copy, changed, {file.name: paths / file.name for file in changed.files})
    return copy


def test_a_backup_is_restored_into_a_new_folder(installation: Path, backup: Path, target: Path) -> None:
    call_command("restore", str(backup))
    assert sorted(tree(target)) == ["data/greenroom.sqlite3", "data/site_url"]
    assert (target / "data" / "site_url").read_text() == "http://one.example\n"
    assert (target / "data" / "greenroom.sqlite3").stat().st_mode & 0o777 == 0o600
    assert TokenSecret.objects.get().name == "MINE"
    call_command("verify")


def test_a_folder_in_use_is_exchanged_only_when_asked_and_then_kept(
    installation: Path, backup: Path, capsys: Output
) -> None:
    make_secret("LATER")
    before = tree(installation)
    assert "--replace exchanges it" in refused(backup)
    assert tree(installation) == before
    call_command("restore", str(backup), "--replace")
    [kept] = installation.glob("data.before-restore-*")
    assert f"What was there is kept in {kept}." in capsys.readouterr().out
    assert secrets_in(installation / "data" / "greenroom.sqlite3") == ["MINE"]
    assert sorted(secrets_in(kept / "greenroom.sqlite3")) == ["LATER", "MINE"]


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.999])
def test_a_backup_that_was_cut_off_changes_nothing(backup: Path, target: Path, share: float) -> None:
    whole = backup.read_bytes()
    backup.write_bytes(whole[: int(len(whole) * share)])
    assert refused(backup) == (
        f"Nothing was restored. {backup} is no backup of Greenroom, or it was cut off."
    )
    assert tree(target) == {}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"Hello", "is no backup of Greenroom, or it was cut off."),
        (gzip.compress(b"Hello", mtime=0), "is no backup of Greenroom, or it was cut off."),
        (OLDER_DATABASE.read_bytes()[:8192], "is no backup of Greenroom, or it was cut off."),
    ],
)
def test_another_file_changes_nothing(target: Path, tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "file").write_bytes(content)
    assert reason in refused(tmp_path / "file")
    assert tree(target) == {}


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("readme.txt", b"Hello", "doesn't begin with a manifest"),
        ("manifest.json", b"[]", "its manifest cannot be read"),
        ("manifest.json", b"[" * 100_000, "its manifest cannot be read"),
        ("manifest.json", b'{"format": 1, "files": [{}]}', "its manifest cannot be read"),
        ("manifest.json", b'{"format": 2}', "made by a newer version of Greenroom"),
    ],
)
def test_another_archive_changes_nothing(
    target: Path, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    with tarfile.open(tmp_path / "file", "w:gz") as foreign:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        foreign.addfile(member, io.BytesIO(content))
    assert reason in refused(tmp_path / "file")
    assert tree(target) == {}


def test_a_link_in_place_of_the_manifest_is_refused(target: Path, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "file", "w:gz") as foreign:
        link = tarfile.TarInfo("manifest.json")
        link.type, link.linkname = tarfile.SYMTYPE, "elsewhere"
        foreign.addfile(link)
    assert "doesn't begin with a manifest" in refused(tmp_path / "file")


def test_there_must_be_a_file(target: Path, tmp_path: Path) -> None:
    assert refused(tmp_path / "none") == f"Nothing was restored. There is no file {tmp_path / 'none'}."


def _another_checksum(manifest: Manifest) -> Manifest:
    first, *others = manifest.files
    return replace(manifest, files=(replace(first, sha256="0" * 64), *others))


def _newer(manifest: Manifest) -> Manifest:
    return replace(manifest, migrations=(*manifest.migrations, ("personas", "0999_later")))


def _of_postgresql(manifest: Manifest) -> Manifest:
    return replace(manifest, database="postgresql")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_another_checksum, "database.sqlite3 has another checksum than it had"),
        (_newer, "made by a newer version of Greenroom (personas.0999_later): restore it with that one"),
        (_of_postgresql, "is of an installation on postgresql, and DATABASE_URL names sqlite"),
    ],
)
def test_a_backup_that_does_not_fit_changes_nothing(
    backup: Path, target: Path, tmp_path: Path, change: Callable[[Manifest], Manifest], reason: str
) -> None:
    assert reason in refused(rewritten(backup, change, tmp_path / "paths"))
    assert tree(target) == {}


def test_a_file_that_the_manifest_names_must_be_there(backup: Path, target: Path, tmp_path: Path) -> None:
    manifest = archive.manifest_of(backup)
    with tarfile.open(tmp_path / "less", "w:gz") as less:
        text = manifest.to_json()
        member = tarfile.TarInfo("manifest.json")
        member.size = len(text)
        less.addfile(member, io.BytesIO(text))
    assert "is not complete: data/site_url, database.sqlite3 is missing" in refused(tmp_path / "less")
    assert tree(target) == {}


def test_no_file_is_written_outside_the_folder(backup: Path, target: Path, tmp_path: Path) -> None:
    manifest = archive.manifest_of(backup)
    outside = replace(manifest.files[1], name="../../outside")
    (tmp_path / "inside").write_text("http://one.example\n")
    assert archive.described("../../outside", tmp_path / "inside") == outside
    archive.write(tmp_path / "evil", replace(manifest, files=(outside,)), {outside.name: tmp_path / "inside"})
    assert "is no backup of Greenroom" in refused(tmp_path / "evil")
    assert list(tmp_path.rglob("outside")) == []
    assert tree(target) == {}


def test_a_full_disk_is_noticed_before_anything_is_written(
    backup: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(target)
    monkeypatch.setattr("dashboard.backups.space.shutil.disk_usage", lambda _: usage._replace(free=1_000))
    assert "are needed, 1000 bytes are free" in refused(backup)
    assert tree(target) == {}


def test_a_disk_that_is_full_all_the_same_is_named_by_its_reason_alone(
    backup: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tarfile.TarFile, "extract", full)
    assert refused(backup) == "Nothing was restored. No space left on device."
    assert tree(target) == {}


def test_a_backup_of_an_older_version_is_migrated_and_its_open_turn_closed(
    installation: Path, tmp_path: Path, settings: Settings, capsys: Output
) -> None:
    shutil.copy(OLDER_DATABASE, installation / "data" / "greenroom.sqlite3")
    call_command("backup", str(tmp_path / "older.tar.gz"))
    settings.ENCRYPTION_KEYS = [OLDER_KEYS["encryption_keys"]]
    with at(tmp_path / "target", settings):
        call_command("restore", str(tmp_path / "older.tar.gz"))
        printed = capsys.readouterr().out
        assert re.search(r"made by an older version: \d+ migrations to run", printed)
        assert "1 turn went on while the backup was made" in printed
        assert "can't be decrypted" not in printed
        call_command("verify")


@pytest.mark.parametrize("failure", [OperationalError("no such column"), ValueError("an odd row")])
def test_a_migration_that_fails_changes_nothing(
    installation: Path,
    tmp_path: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    failure: Exception,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise failure

    shutil.copy(OLDER_DATABASE, installation / "data" / "greenroom.sqlite3")
    call_command("backup", str(tmp_path / "older.tar.gz"))
    with at(tmp_path / "target", settings) as target:
        monkeypatch.setattr(restoring, "call_command", fail)
        assert f"can't be migrated ({type(failure).__name__})" in refused(tmp_path / "older.tar.gz")
        assert tree(target) == {}


def test_a_folder_that_a_server_uses_is_left_alone(backup: Path, target: Path) -> None:
    servers = [data_lock.share(target), data_lock.share(target)]
    try:
        assert refused(backup) == (
            f"Nothing was restored. A server or a restore uses {target}: stop it first."
        )
        os.close(servers.pop())
        assert "stop it first" in refused(backup)
    finally:
        for server in servers:
            os.close(server)
    call_command("restore", str(backup))


def test_secrets_that_the_keys_in_use_do_not_decrypt_are_named(
    backup: Path, target: Path, settings: Settings, capsys: Output
) -> None:
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    call_command("restore", str(backup))
    assert "1 token secret can't be decrypted with the keys in use: MINE." in capsys.readouterr().out


@pytest.fixture
def keys_file(backup: Path) -> Path:
    """Keys of the backed-up installation, which has two encryption keys by now."""
    path = backup.with_name("keys.env")
    encryption_keys = (Fernet.generate_key().decode(), *django_settings.ENCRYPTION_KEYS)
    write_keys(path, Keys("a-secret-key-" * 5, encryption_keys, "sk-demo-of-the-test"))
    return path


def test_keys_are_put_back_as_files_and_those_before_are_kept(
    backup: Path,
    target: Path,
    keys_file: Path,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Output,
) -> None:
    monkeypatch.delenv("ENCRYPTION_KEYS")
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]  # Made by the server's first start here.
    (target / "keys").mkdir()
    (target / "keys" / "encryption_keys").write_text(settings.ENCRYPTION_KEYS[0])
    call_command("restore", str(backup), "--keys", str(keys_file))
    printed = capsys.readouterr().out
    assert "can't be decrypted" not in printed
    assert (target / "keys").stat().st_mode & 0o777 == 0o700
    placed = {path.name: path for path in (target / "keys").iterdir()}
    assert sorted(placed) == ["demo_llm_key", "encryption_keys", "secret_key"]
    assert {path.stat().st_mode & 0o777 for path in placed.values()} == {0o600}
    assert len(placed["encryption_keys"].read_text().split()) == 2
    [kept] = target.glob("keys.before-restore-*")
    assert (kept / "encryption_keys").read_text() == settings.ENCRYPTION_KEYS[0]


def test_keys_of_the_environment_win_over_those_of_the_folder(
    backup: Path, target: Path, keys_file: Path, settings: Settings, capsys: Output
) -> None:
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    call_command("restore", str(backup), "--keys", str(keys_file))
    printed = capsys.readouterr().out
    assert "1 token secret can't be decrypted" in printed
    assert "takes its keys from the environment, which wins" in printed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hunter2",
        "\udcff",
        "SECRET_KEY=hunter2-hunter2\n",
        "SECRET_KEY=hunter2\nENCRYPTION_KEYS=hunter2\nDEMO_LLM_KEY=hunter2\n",
        f"SECRET_KEY={'hunter2' * 9}\nENCRYPTION_KEYS=\nDEMO_LLM_KEY={'hunter2' * 3}\n",
    ],
)
def test_a_file_without_keys_changes_nothing_and_is_not_repeated(
    backup: Path, target: Path, tmp_path: Path, text: str
) -> None:
    (tmp_path / "keys.env").write_bytes(text.encode(errors="surrogateescape"))
    message = refused(backup, "--keys", tmp_path / "keys.env")
    assert "keys.env holds no keys" in message
    assert "hunter2" not in message
    assert tree(target) == {}


def test_with_postgresql_what_lies_beside_is_restored_and_pg_restore_named(
    installation: Path, tmp_path: Path, settings: Settings, postgres_url: str, capsys: Output
) -> None:
    (installation / "data" / "greenroom.sqlite3").unlink()
    with (
        new_postgres(postgres_url, "restore") as url,
        at(tmp_path / "target", settings) as target,
        using(postgres_at(url)),
    ):
        settings.DATA_DIR = installation / "data"
        call_command("backup", str(tmp_path / "backup.tar.gz"))
        settings.DATA_DIR = target / "data"
        call_command("restore", str(tmp_path / "backup.tar.gz"))
    assert sorted(tree(target)) == ["data/site_url"]
    printed = capsys.readouterr().out
    assert "pg_restore --no-owner" in printed
    assert f"{tmp_path}/backup.tar.gz.dump" in printed
