"""A key is created only if no secret can be lost."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import dj_database_url
import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from psycopg import sql

from dashboard import keys


def sqlite_database(path: Path, *, ciphertext: str | None) -> dict[str, Any]:
    """Create a database with one token secret, or, for None, without the table."""
    with closing(sqlite3.connect(path)) as database:
        if ciphertext is not None:
            database.execute("CREATE TABLE personas_tokensecret (ciphertext TEXT)")
            database.execute("INSERT INTO personas_tokensecret VALUES (?)", [ciphertext])
            database.commit()
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}


@pytest.mark.parametrize("ciphertext", [None, ""])
def test_an_encryption_key_is_made_where_no_secret_has_a_value(
    tmp_path: Path, ciphertext: str | None
) -> None:
    database = sqlite_database(tmp_path / "db.sqlite3", ciphertext=ciphertext)
    created = keys.encryption_keys(tmp_path / "keys", database)
    assert created == keys.encryption_keys(tmp_path / "keys", database)
    assert len(created) == 1


def test_no_encryption_key_is_made_beside_secrets_of_a_lost_one(tmp_path: Path) -> None:
    database = sqlite_database(tmp_path / "db.sqlite3", ciphertext="gAAAA")
    with pytest.raises(ImproperlyConfigured, match="key is gone"):
        keys.encryption_keys(tmp_path / "keys", database)
    assert not (tmp_path / "keys" / "encryption_keys").exists()


def test_no_key_is_created_while_the_database_is_unreachable(tmp_path: Path) -> None:
    database = dict(dj_database_url.parse("postgresql://nobody:wrong@127.0.0.1:1/none"))
    with pytest.raises(ImproperlyConfigured, match="cannot be asked"):
        keys.encryption_keys(tmp_path / "keys", database)


def test_postgresql_is_asked_as_well(tmp_path: Path, postgres_url: str) -> None:
    name = f"greenroom_keys_{tmp_path.name.replace('-', '_')}"[:60]
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        database = dict(dj_database_url.parse(postgres_url)) | {"NAME": name}
        try:
            assert keys.encryption_keys(tmp_path / "empty", database)
            with psycopg.connect(postgres_url, dbname=name, autocommit=True) as inside:
                inside.execute("CREATE TABLE personas_tokensecret (ciphertext TEXT)")
                inside.execute("INSERT INTO personas_tokensecret VALUES ('gAAAA')")
            with pytest.raises(ImproperlyConfigured, match="key is gone"):
                keys.encryption_keys(tmp_path / "lost", database)
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_of_processes_that_start_at_once_all_read_one_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "keys"

    def another_is_faster() -> str:
        (folder / "secret_key").write_text("of the faster one")
        return "of the slower one"

    monkeypatch.setattr(keys, "new_secret_key", another_is_faster)
    assert keys.secret_key(folder) == "of the faster one"
    assert [file.name for file in folder.iterdir()] == ["secret_key"]
