"""The receiving ASGI application, at ``/inspect/<address_token>/…``: any method, any path, before Django.

It stands before Django so that bodies can stream, and because no session, form or CSRF token belongs to its requests.
"""

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from time import monotonic
from typing import Any

from django.db import Error
from django.utils import timezone

from playground.engine.received_request import RECEIVED, ReceivedHead
from playground.inspectors.bounds import OpenRequests, UnstoredRequests
from playground.inspectors.exchange import Exchange
from playground.inspectors.exchange_record import ExchangeRecord, RequestHead
from playground.inspectors.front_door import INSPECT_PATH, FrontDoor
from playground.inspectors.lookup import Lookup, OpenInspector, TooManyLookupsError
from playground.inspectors.recorder import Recorder
from playground.inspectors.request_body import Receive, RequestBody
from playground.inspectors.retention import Retention
from playground.inspectors.sent_answer import Send, SentAnswer
from playground.per_loop import PerLoop
from playground.realtime.inspector_feed import inspector_feed
from playground.storage.database_trouble import trouble_of

NO_PART_OF_A_PAGE = "An inspector answers requests of programs: no page may load a part of itself from it."
RETRY_AFTER = (b"retry-after", b"5")
_ADDRESS = re.compile(INSPECT_PATH + r"([A-Za-z0-9_-]{16,64})(?=/|$)")

Scope = Any


class Inspecting:
    """The inspectors of this event loop: the open requests, those being stored, and the inspectors that were read."""

    def __init__(self) -> None:
        self.lookup = Lookup()
        self._open = OpenRequests()
        self._unstored = UnstoredRequests()
        self._recorder = Recorder(inspector_feed())
        self._retention = Retention()
        self._exchanges: set[Exchange] = set()

    def start(self) -> None:
        """Begin the regular housekeeping."""
        self._retention.start()

    async def stop(self, within_s: float) -> None:
        """Break off what is being answered, and store it."""
        await self._retention.stop()
        for exchange in self._exchanges:
            exchange.stop()
        await self._recorder.stop(within_s)

    async def until_stored(self, within_s: float) -> None:
        """Wait for the exchanges that have ended to be stored."""
        await self._recorder.until_stored(within_s)

    async def receive(self, scope: Scope, receive: Receive, send: Send, door: FrontDoor) -> None:
        """Take one request."""
        received: ReceivedHead | None = scope.get("extensions", {}).get(RECEIVED)
        headers_at = monotonic() if received is None or received.headers_at is None else received.headers_at

        def elapsed_ms() -> int:
            return round((monotonic() - headers_at) * 1000)

        answer_verbatim = received.answer_verbatim if received else None
        answer = SentAnswer(
            send, elapsed_ms=elapsed_ms, answer_verbatim=answer_verbatim, method=scope["method"]
        )
        address = _ADDRESS.match(scope["path"])
        inspector = await self._inspector(address[1] if address else "", answer, door)
        if inspector is None:
            return
        if _is_part_of_a_page(scope):
            await answer.send_error(HTTPStatus.FORBIDDEN, NO_PART_OF_A_PAGE, "part_of_a_page")
            return
        if refusal := self._unstored.refusal(inspector.id) or self._open.refusal(inspector.id):
            self._recorder.note_lost(inspector.id, refusal.loss)
            await answer.send_error(HTTPStatus.TOO_MANY_REQUESTS, refusal.message, "busy", [RETRY_AFTER])
            return
        self._open.enter(inspector.id)
        await self._exchange(scope, receive, door, inspector, answer, elapsed_ms)

    async def _inspector(self, token: str, answer: SentAnswer, door: FrontDoor) -> OpenInspector | None:
        """Return the inspector; answer, and return None, if there is none or it has expired."""
        try:
            inspector = await self.lookup.named(token, door.shared_address) if token else None
        except TooManyLookupsError:
            await answer.send_error(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "Too many requests wait already. Send it again in a few seconds.",
                "busy",
                [RETRY_AFTER],
            )
            return None
        except Error as error:
            trouble = trouble_of(error)
            if trouble is None:
                raise
            await answer.send_error(
                HTTPStatus.SERVICE_UNAVAILABLE, trouble.value, str(trouble.code), [RETRY_AFTER]
            )
            return None
        if inspector is None:
            await answer.send_error(
                HTTPStatus.NOT_FOUND, "There is no inspector at this address: copy it again.", "not_found"
            )
        elif inspector.is_expired:
            await answer.send_error(
                HTTPStatus.GONE,
                "This inspector has expired. Its maker may extend it, or make another.",
                "expired",
            )
        else:
            return inspector
        return None

    async def _exchange(
        self,
        scope: Scope,
        receive: Receive,
        door: FrontDoor,
        inspector: OpenInspector,
        answer: SentAnswer,
        elapsed_ms: Callable[[], int],
    ) -> None:
        received: ReceivedHead | None = scope.get("extensions", {}).get(RECEIVED)
        body_ended = asyncio.Event()
        head = _head(scope, received, door, elapsed_ms())
        body = RequestBody(
            receive,
            door,
            elapsed_ms=elapsed_ms,
            declared=head.header(b"content-length"),
            parts=received.body_parts if received else None,
            is_broken_off=received is not None and received.is_body_broken_off,
            on_end=body_ended.set,
        )
        record = ExchangeRecord(inspector, head, body, answer)
        exchange = Exchange(
            record,
            elapsed_ms=elapsed_ms,
            body_ended=body_ended,
            break_off=received.break_off if received else None,
        )
        storing = self._recorder.keep(record, body_ended)
        self._exchanges.add(exchange)
        try:
            await exchange.run()
        finally:
            self._exchanges.discard(exchange)
            body_ended.set()
            self._open.leave(inspector.id)
            self._count_unstored(record, storing)

    def _count_unstored(self, record: ExchangeRecord, storing: "asyncio.Task[None]") -> None:
        """Count an answered request until it is stored."""
        if storing.done():
            return
        inspector_id, size = record.inspector.id, record.weigh()
        self._unstored.enter(inspector_id, size)
        storing.add_done_callback(lambda _task: self._unstored.leave(inspector_id, size))


def _is_part_of_a_page(scope: Scope) -> bool:
    """Whether a browser asks for a script, a style or the like: this site's own pages must not run what others send."""
    purpose = dict(scope["headers"]).get(b"sec-fetch-dest", b"empty")
    return purpose not in (b"empty", b"document")


def _head(scope: Scope, received: ReceivedHead | None, door: FrontDoor, elapsed_ms: int) -> RequestHead:
    return RequestHead(
        arrived_at=timezone.now() - timedelta(milliseconds=elapsed_ms),
        method=scope["method"],
        path=_path_after_address(scope),
        query=scope["query_string"],
        http_version=scope["http_version"],
        headers=received.headers if received else tuple((name, value) for name, value in scope["headers"]),
        headers_as_sent=received is not None,
        server=received.server if received else "",
        client_address=door.client_address,
    )


def _path_after_address(scope: Scope) -> bytes:
    """Return what follows the inspector's address, as sent; decoded where the server doesn't give it so."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    address = _ADDRESS.match(raw.decode("latin-1"))
    if address is None:  # the address itself was percent-encoded
        plain: str = scope["path"]
        address = _ADDRESS.match(plain)
        return plain[address.end() :].encode() if address else b""
    return raw[address.end() :]


_inspecting = PerLoop(Inspecting)


def inspecting() -> Inspecting:
    """Return this event loop's inspectors."""
    return _inspecting.get()


async def inspect_request(scope: Scope, receive: Receive, send: Send, door: FrontDoor) -> None:
    """Answer one request to an inspector."""
    await inspecting().receive(scope, receive, send, door)
