"""Sends one callback: a POST of its body with the headers of Standard Webhooks, through the outgoing guard.

Rehearsal, not platform traffic: Tavus sends no ``webhook-…`` headers. An address of this site is reached in-process.
"""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings

from personas.surroundings import USER_AGENT
from playground.engine.addresses.address import Address, AddressError, parse_address
from playground.engine.callback_events import NotDelivered
from playground.engine.callback_schedule import GONE_STATUS, Attempt
from playground.engine.errors.codes import Code, UpstreamError
from playground.engine.errors.refusals import asked_wait_ms
from playground.engine.errors.upstream import server
from playground.engine.limits import KIB
from playground.engine.webhook_signature import signature_headers
from playground.outgoing.post import PostAnswer, post
from playground.storage.due_callbacks import DueCallback

ANSWER_S = 15.0
"""How long a receiver may take from the first byte sent to the status of its answer."""
BODY_S = 2.0
"""How long the beginning of the answer's body may take: the status decides."""
READ_BYTES = 8 * KIB
"""How much of a body is read: more than is kept, so that no secret is cut in two before it is masked."""

_THROTTLED = frozenset({429, 503})


async def deliver(callback: DueCallback, *, at: datetime, answer_s: float = ANSWER_S) -> Attempt:
    """Send the callback once, and say how it went. ``at`` is the time now, which the signature holds."""
    try:
        address = callable_address(callback.url)
        headers = _headers(callback, callback.keys, at)
    except AddressError as error:
        return Attempt(at, problem=NotDelivered.BLOCKED_ADDRESS, message=error.message)
    try:
        answer = await post(
            address,
            headers=headers,
            body=callback.body,
            answer_s=answer_s,
            body_s=BODY_S,
            read_bytes=READ_BYTES,
        )
    except TimeoutError:
        message = f"{server(address)} did not answer within {answer_s:g} s."
        return Attempt(at, problem=NotDelivered.TIMEOUT, message=message)
    except UpstreamError as error:
        return _failed(error, address, at)
    return Attempt(at, answer.status, answer.body) if answer.is_success else _refused(answer, address, at)


def callable_address(url: str) -> Address:
    """Return the address that is called: one of this site as its own, without a host. Raises AddressError."""
    address = parse_address(url)
    site = urlsplit(settings.SITE_URL)
    is_site = (address.scheme, address.netloc) == (site.scheme, site.netloc)
    return parse_address(address.target) if is_site else address


def _headers(callback: DueCallback, keys: Sequence[str], at: datetime) -> list[tuple[str, str]]:
    return [
        ("Accept", "*/*"),
        ("Accept-Encoding", "identity"),
        ("Content-Type", "application/json"),
        ("User-Agent", USER_AGENT),
        *signature_headers(callback.webhook_id, callback.body, keys, timestamp_s=int(at.timestamp())),
    ]


def _refused(answer: PostAnswer, address: Address, at: datetime) -> Attempt:
    status = answer.status
    if status == GONE_STATUS:
        message = (
            f"{server(address)} says that it is gone (HTTP 410): this conversation sends it nothing more."
        )
        return Attempt(at, status, answer.body, NotDelivered.GONE, message)
    message = f"{server(address)} answered with HTTP {status}; only 2xx takes a callback."
    wait_ms = asked_wait_ms(answer.headers, at) if status in _THROTTLED else None
    return Attempt(at, status, answer.body, NotDelivered.REFUSED, message, wait_ms)


def _failed(error: UpstreamError, address: Address, at: datetime) -> Attempt:
    """Return the attempt for an error of the client; a redirect has a status too."""
    status = error.answer.status if error.answer is not None else None
    match error.code:
        case Code.REDIRECT:
            message = f"{server(address)} redirects (HTTP {status}), and redirects are not followed."
            return Attempt(at, status, problem=NotDelivered.REDIRECT, message=message)
        case Code.BLOCKED_ADDRESS:
            return Attempt(at, problem=NotDelivered.BLOCKED_ADDRESS, message=error.message)
    return Attempt(at, status, problem=NotDelivered.UNREACHABLE, message=error.message)
