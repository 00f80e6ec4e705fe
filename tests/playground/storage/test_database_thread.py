"""The database thread keeps its connection between jobs, and closes it when it is told to."""

import pytest
from django.db import connection

from playground.storage.database_thread import close_connection, in_database_thread

pytestmark = pytest.mark.django_db(transaction=True)


def connected() -> object:
    connection.ensure_connection()
    return connection.connection


async def test_jobs_share_a_connection_until_it_is_closed() -> None:
    first = await in_database_thread(connected)()
    assert await in_database_thread(connected)() is first
    await in_database_thread(close_connection)()
    assert await in_database_thread(connected)() is not first
