"""How long a PostgreSQL server may keep a connection waiting."""

from collections.abc import Mapping
from typing import Any

CONNECT_S = 5
"""For a new connection, and for what was sent on one to be received."""


def connection_options(given: Mapping[str, Any], *, lock_s: float) -> dict[str, Any]:
    """Return the driver's options: those of ``DATABASE_URL``, and a bound for every wait for a locked row.

    A statement that waits longer than ``lock_s`` fails, and what stands behind it in its thread goes on.
    """
    for_server = f"-c lock_timeout={round(lock_s * 1000)} {given.get('options', '')}".strip()
    bounds = {"connect_timeout": CONNECT_S, "tcp_user_timeout": CONNECT_S * 1000}
    return {**bounds, **given, "options": for_server}
