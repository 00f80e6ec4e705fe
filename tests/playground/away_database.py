"""A database that can be taken away from everyone who uses it, and given back."""

from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from psycopg import sql

ALLOW = "ALTER DATABASE {} ALLOW_CONNECTIONS {}"
END_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"


class AwayDatabase:
    """A database of its own on the tests' server, which can be taken away from everyone."""

    def __init__(self, server_url: str, template: str = "template1") -> None:
        self.name = "greenroom_away_" + uuid4().hex[:12]
        self.url = urlsplit(server_url)._replace(path=f"/{self.name}").geturl()
        self._server_url = server_url
        self._run("CREATE DATABASE {} TEMPLATE {}", sql.Identifier(template))

    def go_away(self) -> None:
        self._run(ALLOW, sql.SQL("false"))
        with psycopg.connect(self._server_url, autocommit=True) as connection:
            connection.execute(END_ALL, [self.name])

    def come_back(self) -> None:
        self._run(ALLOW, sql.SQL("true"))

    def drop(self) -> None:
        self._run("DROP DATABASE {} WITH (FORCE)")

    def _run(self, statement: str, *values: sql.Composable) -> None:
        with psycopg.connect(self._server_url, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(self.name), *values))
