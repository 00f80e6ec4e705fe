"""The outbox as its workers see it: which callbacks are due, who delivers which, and what came of it.

A delivery is claimed by one ``UPDATE … WHERE``: of several processes exactly one changes the row. Its lease ends by
itself, so that what a killed process was sending is sent again, under the same id.
"""

import logging
import secrets
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.views.decorators.debug import sensitive_variables

from playground.engine.addresses.address import AddressError, parse_address
from playground.engine.answer.redaction import redactor_of
from playground.engine.callback_events import NotDelivered
from playground.engine.callback_schedule import Attempt, Verdict
from playground.engine.errors.codes import NotReadyError
from playground.engine.json_types import Json
from playground.failures import log_failure
from playground.models import Callback, Conversation, Turn
from playground.storage.call_transcript import transcript_body
from playground.storage.callback_keys import known_secrets, signing_keys

logger = logging.getLogger(__name__)

LEASE_S = 60.0
"""How long a delivery may take; the clocks of the processes' machines may differ by what it is longer than one."""
KEPT_ANSWERS = 3
"""How many of a callback's attempts are kept with their answers, the last ones."""
ANSWER_CHARS = 1_024
"""How much of an answer is kept."""


@dataclass(frozen=True, slots=True)
class DueCallback:
    """A callback that this process alone delivers until its lease ends."""

    pk: int
    owner_id: int
    conversation_id: str
    webhook_id: str
    url: str
    body: bytes
    attempts: int
    """This one included."""
    lease: str
    keys: tuple[str, ...] = field(repr=False, default=())
    problem: NotDelivered | None = None
    """Why it can't be sent now; None: it can."""


def claim_due(
    now: datetime, *, most: int, most_of_owner: int, under_way: Mapping[int, int]
) -> list[DueCallback]:
    """Claim the callbacks that are due, the longest due first, and at most ``most_of_owner`` of each person.

    ``under_way`` counts what this process delivers already, by owner.
    """
    of_owner = Counter(under_way)
    claimed: list[DueCallback] = []
    while len(claimed) < most:
        full = [owner for owner, count in of_owner.items() if count >= most_of_owner]
        rows = list(_due(now).exclude(owner_id__in=full).values_list(*_DUE_FIELDS)[: most - len(claimed)])
        if not rows:
            break
        for due in map(_DueRow._make, rows):
            if of_owner[due.owner_id] < most_of_owner and (callback := _claim(due, now)) is not None:
                claimed.append(callback)
            of_owner[due.owner_id] += 1
    return claimed


class _DueRow(NamedTuple):
    """A due row as it was read; a claim succeeds only while the row still has these values."""

    pk: int
    owner_id: int
    attempts: int
    next_at: datetime


_DUE_FIELDS = _DueRow._fields


def _due(now: datetime) -> QuerySet[Callback]:
    """Return the callbacks that may be sent: of each conversation the first that waits, and those overtaken.

    A deleted conversation's wait until it is purged, or its deletion undone.
    """
    before = Callback.objects.filter(
        conversation=OuterRef("conversation"),
        pk__lt=OuterRef("pk"),
        state=Callback.State.WAITING,
        is_overtaken=False,
    )
    open_turn = Turn.objects.filter(conversation=OuterRef("conversation"), status__in=Turn.OPEN)
    return (
        Callback.objects.filter(_free(now), ~Exists(before), ~Q(body="") | ~Exists(open_turn))
        .filter(state=Callback.State.WAITING, next_at__lte=now, conversation__purge_at=None)
        .order_by("next_at", "pk")
    )


def _free(now: datetime) -> Q:
    return Q(lease_until=None) | Q(lease_until__lt=now)


def _claim(due: _DueRow, now: datetime) -> DueCallback | None:
    """Lease the row; None if another process did, or it was settled meanwhile."""
    lease = secrets.token_hex(16)
    unclaimed = Callback.objects.filter(
        _free(now), pk=due.pk, state=Callback.State.WAITING, attempts=due.attempts, next_at=due.next_at
    )
    if not unclaimed.update(
        lease=lease, lease_until=now + timedelta(seconds=LEASE_S), attempts=F("attempts") + 1
    ):
        return None
    row = Callback.objects.filter(pk=due.pk).first()
    if row is None:
        return None  # deleted with its conversation
    claimed = DueCallback(
        row.pk,
        row.owner_id,
        row.conversation_id,
        row.webhook_id,
        row.url,
        row.body.encode(),
        row.attempts,
        lease,
    )
    try:
        return replace(claimed, body=_body(row), keys=_keys(row, now))
    except NotReadyError:
        return replace(claimed, problem=NotDelivered.KEY_UNREADABLE)
    except Exception as error:
        log_failure(logger, error, callback=row.webhook_id)
        return replace(claimed, problem=NotDelivered.INTERNAL)


def _body(row: Callback) -> bytes:
    """Return what is sent; a transcript is made once, and sent again as it was then."""
    if not row.body:
        body = transcript_body(row.conversation_id, row.created_at)
        Callback.objects.filter(pk=row.pk, body="").update(body=body)
        row.refresh_from_db(fields=["body"])
    return row.body.encode()


@sensitive_variables()
def _keys(row: Callback, now: datetime) -> tuple[str, ...]:
    try:
        endpoint = parse_address(row.url).entry
    except AddressError:
        return ()  # it isn't sent
    return signing_keys(row.owner_id, endpoint, now)


def settle(callback: DueCallback, attempt: Attempt, verdict: Verdict) -> None:
    """Store how an attempt went, unless another process has taken the callback over and this one failed."""
    with transaction.atomic():
        if attempt.problem is NotDelivered.GONE:
            _lock_conversation(callback)
        row = (
            Callback.objects.select_for_update().filter(pk=callback.pk, state=Callback.State.WAITING).first()
        )
        if row is None or (row.lease != callback.lease and not verdict.is_delivered):
            return
        row.answers = [*row.answers, _answer_json(callback, attempt)][-KEPT_ANSWERS:]
        row.lease, row.lease_until = "", None
        row.problem = attempt.problem or ""
        row.is_overtaken = row.is_overtaken or verdict.is_overtaken
        if verdict.next_at is None:
            row.state = Callback.State.DELIVERED if verdict.is_delivered else Callback.State.FAILED
            row.closed_at = attempt.at
        else:
            row.next_at = verdict.next_at
        row.save()
        if attempt.problem is NotDelivered.GONE:
            _stop_sending(row, attempt.at)


def _lock_conversation(callback: DueCallback) -> None:
    list(Conversation.objects.select_for_update().filter(pk=callback.conversation_id).values_list("pk"))


def _stop_sending(row: Callback, at: datetime) -> None:
    """Its receiver is gone: nothing more is stored for it, and what waits isn't sent."""
    Conversation.objects.filter(pk=row.conversation_id).update(sends_callbacks=False)
    waiting = Callback.objects.filter(conversation_id=row.conversation_id, state=Callback.State.WAITING)
    waiting.update(state=Callback.State.FAILED, problem=NotDelivered.GONE, closed_at=at)


@sensitive_variables("callback")
def _answer_json(callback: DueCallback, attempt: Attempt) -> Json:
    return {
        "at": attempt.at.isoformat(),
        "status": attempt.status,
        "text": _masked_text(attempt.answer, callback.keys),
        "problem": attempt.problem or "",
        "message": attempt.message,
    }


@sensitive_variables()
def _masked_text(answer: bytes, keys: tuple[str, ...]) -> str:
    """Return the beginning of an answer as text, without any secret that this site knows."""
    if not answer.strip(b"\0 \r\n\t"):
        return ""
    text = "".join(
        character
        for character in answer.decode("utf-8", "replace")
        if character in "\n\t" or character.isprintable()
    )
    return redactor_of(known_secrets(keys)).redact(text)[:ANSWER_CHARS]


def free_leases() -> int:
    """Free the leases that a killed process left. Call it only where no other process serves."""
    leased = Callback.objects.filter(state=Callback.State.WAITING).exclude(lease="")
    count: int = leased.update(lease="", lease_until=None)
    return count


def give_back(leases: Collection[str]) -> None:
    """Let others deliver what this process can't any more; that is no attempt."""
    rows = Callback.objects.filter(lease__in=list(leases), state=Callback.State.WAITING)
    rows.update(lease="", lease_until=None, attempts=F("attempts") - 1)
