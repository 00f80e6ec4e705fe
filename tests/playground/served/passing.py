"""Inspectors of a served site that pass on, and a client that shows an answer as it came."""

import http.client
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from secrets import token_urlsafe
from urllib.parse import urlsplit

from tests.browser.site import Site, rows

DEADLINE_S = 15.0
INSERT = """
    INSERT INTO playground_inspector (id, address_token, maker_id, name, expires_at, most_requests, most_kept_bytes,
        answer, answer_settings, forward_url, callers_key_digest, last_number, lost_busy, lost_fast,
        lost_unstored, created_at, updated_at)
    SELECT ?, ?, id, 'Passes on', '2999-01-01 00:00:00', 500, 52428800, 'pass_on', '{}', ?, '', 0, 0, 0, 0,
        '2026-01-01 00:00:00', '2026-01-01 00:00:00' FROM auth_user ORDER BY id LIMIT 1
"""


def new_inspector(site: Site, forward_url: str) -> str:
    """Return the path of a new inspector of the site that passes on to this address."""
    token = token_urlsafe(24)
    rows(site.data, INSERT, f"i{token[:12]}", token, forward_url)
    return f"/inspect/{token}"


def recorded(site: Site, path: str, columns: str, within_s: float = 5.0) -> list[tuple[object, ...]]:
    """Return these columns of an inspector's requests, the oldest first, once all have ended."""
    query = f"""SELECT {columns}, ended FROM playground_inspectedrequest AS request
        JOIN playground_inspector AS inspector ON inspector.id = request.inspector_id
        WHERE inspector.address_token = ? ORDER BY number"""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        requests = rows(site.data, query, path.rpartition("/")[2])
        if requests and all(row[-1] for row in requests):
            return [row[:-1] for row in requests]
        time.sleep(0.02)
    raise AssertionError(f"Nothing was stored within {within_s} s.")


@dataclass(frozen=True)
class Answer:
    status: int
    reason: str
    headers: list[tuple[str, str]]
    body: bytes

    def values(self, name: str) -> list[str]:
        return [value for given, value in self.headers if given.lower() == name.lower()]


def send(
    site: Site,
    target: str,
    body: bytes | Iterable[bytes] | None,
    headers: Sequence[tuple[str, str]] = (),
    method: str = "POST",
) -> Answer:
    """Send one request; a body of several parts goes in chunks. Raises http.client.IncompleteRead."""
    connection = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=DEADLINE_S)
    try:
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        is_chunked = body is not None and not isinstance(body, bytes)
        if isinstance(body, bytes):
            connection.putheader("Content-Length", str(len(body)))
        elif is_chunked:
            connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders(body, encode_chunked=is_chunked)
        response = connection.getresponse()
        return Answer(response.status, response.reason, response.getheaders(), response.read())
    finally:
        connection.close()
