"""The commands that save and restore a PostgreSQL database, for the operator to run."""

import shlex
from collections.abc import Mapping
from typing import Any

PASSWORD = "It asks for the password, unless PGPASSWORD or ~/.pgpass has it."


def dump_command(database: Mapping[str, Any], dump: str) -> str:
    """Return the pg_dump command for Django's settings of a database; it never holds the password."""
    return _command(["pg_dump", "--format=custom", *_server(database), f"--file={dump}"])


def restore_command(database: Mapping[str, Any], dump: str) -> str:
    """Return the pg_restore command for an empty database."""
    return _command(["pg_restore", "--no-owner", "--exit-on-error", *_server(database), dump])


def _server(database: Mapping[str, Any]) -> list[str]:
    options = {
        "--host": database.get("HOST"),
        "--port": database.get("PORT"),
        "--username": database.get("USER"),
        "--dbname": database.get("NAME"),
    }
    return [f"{option}={value}" for option, value in options.items() if value]


def _command(words: list[str]) -> str:
    return shlex.join(words)
