"""Creates a development server's own keys, one file each under GREENROOM_DATA/keys.

A new encryption key can't decrypt existing token secrets, so none is created if the database has any. Settings import
this module before Django is set up, so it may use only Django's exceptions.
"""

import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

SECRETS_QUERY = "SELECT 1 FROM personas_tokensecret WHERE ciphertext <> '' LIMIT 1"
CONNECT_TIMEOUT_S = 5


def new_secret_key() -> str:
    return token_urlsafe(48)


def new_encryption_key() -> str:
    return Fernet.generate_key().decode()


def new_demo_llm_key() -> str:
    return f"sk-demo-{token_urlsafe(24)}"


def secret_key(folder: Path) -> str:
    return _read_or_make(folder / "secret_key", new_secret_key)


def demo_llm_key(folder: Path) -> str:
    return _read_or_make(folder / "demo_llm_key", new_demo_llm_key)


def encryption_keys(folder: Path, database: dict[str, Any]) -> list[str]:
    """Return the keys in the file, one per line. Raises ImproperlyConfigured if creating one would lose secrets."""
    path = folder / "encryption_keys"
    if not path.exists() and _holds_secrets(database):
        raise ImproperlyConfigured(
            f"The database holds token secrets, but their encryption key is gone: {path} does not exist and "
            "ENCRYPTION_KEYS is not set. Put the key back; a new one could not read them."
        )
    return _read_or_make(path, new_encryption_key).split()


def _read_or_make(path: Path, make: Callable[[], str]) -> str:
    """Return the file's text. If several processes start at once, one creates the file and all read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(make() + "\n")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def _holds_secrets(database: dict[str, Any]) -> bool:
    if database["ENGINE"].endswith("sqlite3"):
        return _sqlite_holds_secrets(Path(database["NAME"]))
    return _postgres_holds_secrets(database)


def _sqlite_holds_secrets(path: Path) -> bool:
    if not path.exists():
        return False
    with closing(
        sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=CONNECT_TIMEOUT_S)
    ) as database:
        try:
            return database.execute(SECRETS_QUERY).fetchone() is not None
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return False
            raise _unknowable() from None


def _postgres_holds_secrets(database: dict[str, Any]) -> bool:
    import psycopg  # here, because SQLite's users would wait for it at every start

    try:
        with psycopg.connect(
            host=database["HOST"] or None,
            port=database["PORT"] or None,
            user=database["USER"] or None,
            password=database["PASSWORD"] or None,
            dbname=database["NAME"],
            connect_timeout=CONNECT_TIMEOUT_S,
        ) as connection:
            return connection.execute(SECRETS_QUERY).fetchone() is not None
    except psycopg.errors.UndefinedTable:
        return False
    except psycopg.Error:
        raise _unknowable() from None


def _unknowable() -> ImproperlyConfigured:
    return ImproperlyConfigured(
        "ENCRYPTION_KEYS is not set, and the database cannot be asked whether it holds token secrets of an "
        "older key. Check DATABASE_URL and that the database runs, or set ENCRYPTION_KEYS."
    )


if __name__ == "__main__":
    sys.stdout.write(
        f"SECRET_KEY={new_secret_key()}\nENCRYPTION_KEYS={new_encryption_key()}\nDEMO_LLM_KEY={new_demo_llm_key()}\n"
    )
