"""Compares the migrations that have run on a database with those of this version."""

from collections.abc import Iterable

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

MigrationName = tuple[str, str]
"""App label and name."""


def pending_migrations() -> list[MigrationName]:
    """Return this version's migrations that have not run on the database, in the order in which they would."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [(migration.app_label, migration.name) for migration, _ in plan]


def applied_migrations() -> list[MigrationName]:
    """Return the migrations that have run on the database."""
    return sorted(MigrationExecutor(connection).loader.applied_migrations)


def unknown_migrations(names: Iterable[MigrationName]) -> list[MigrationName]:
    """Return the migrations on the database that this version doesn't have: a newer version made them."""
    of_this_version = MigrationLoader(None).disk_migrations
    known = set(of_this_version)
    for migration in of_this_version.values():
        known.update(migration.replaces)
    return sorted(set(names) - known)
