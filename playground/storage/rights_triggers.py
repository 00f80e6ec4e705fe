"""Database triggers that give the rights a new version, whoever changes them: a page, the shell, another program.

Django rebuilds a changed table on SQLite, which drops its triggers, so every `migrate` makes them again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from secrets import token_hex

from django.db.backends.base.base import BaseDatabaseWrapper

from playground.models import RightsVersion

_NAME = "rights_version"
_TABLE = RightsVersion._meta.db_table

_SQLITE = f"""
CREATE TRIGGER "{{name}}" AFTER {{event}} ON "{{table}}" BEGIN
    INSERT OR REPLACE INTO "{_TABLE}" (id, version) VALUES (1, lower(hex(randomblob(16))));
END
"""
_POSTGRESQL_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {_NAME}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO "{_TABLE}" (id, version) VALUES (1, md5(random()::text || clock_timestamp()::text))
    ON CONFLICT (id) DO UPDATE SET version = EXCLUDED.version;
    RETURN NULL;
END $$
"""
_POSTGRESQL = f"""
CREATE TRIGGER "{{name}}" AFTER {{event}} ON "{{table}}" FOR EACH STATEMENT EXECUTE FUNCTION {_NAME}()
"""


@dataclass(frozen=True, slots=True)
class Watched:
    """A table, and the columns that rights depend on. Deleting a row counts too; adding one takes no right away."""

    table: str
    columns: Sequence[str]


def make_triggers(connection: BaseDatabaseWrapper, watched: Iterable[Watched]) -> None:
    """Replace the triggers of the connection's database, if its schema has `RightsVersion`."""
    drop_triggers(connection)
    if _TABLE not in connection.introspection.table_names():
        return
    is_postgresql = connection.vendor == "postgresql"
    template = _POSTGRESQL if is_postgresql else _SQLITE
    with connection.cursor() as cursor:
        if is_postgresql:
            cursor.execute(_POSTGRESQL_FUNCTION)
        for each in watched:
            columns = ", ".join(f'"{column}"' for column in each.columns)
            events = {"update": f"UPDATE OF {columns}", "delete": "DELETE"}
            if is_postgresql:
                events["truncate"] = "TRUNCATE"
            for kind, event in events.items():
                name = f"{_NAME}_{each.table}_{kind}"
                cursor.execute(template.format(name=name, event=event, table=each.table))
    # What changed while there were no triggers counts too.
    RightsVersion.objects.using(connection.alias).update_or_create(pk=1, defaults={"version": token_hex(16)})


def drop_triggers(connection: BaseDatabaseWrapper) -> None:
    """Drop them all, for a schema without `RightsVersion`."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP FUNCTION IF EXISTS {_NAME}() CASCADE")
            return
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name GLOB %s", [f"{_NAME}_*"]
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')
