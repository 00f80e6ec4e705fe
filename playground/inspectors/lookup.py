"""Finds inspectors by the token in their address; a change takes effect in every process within a second."""

import asyncio
from collections import Counter, OrderedDict
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from weakref import WeakSet

from django.utils import timezone

from playground.access import MAKE_INSPECTOR
from playground.inspectors.answer_settings import AnswerSettings, read_settings
from playground.models import Inspector
from playground.storage.database_thread import in_database_thread

FRESH_S = 1.0
"""How long a process takes what it has read of an inspector for true, unless it changed it itself."""
KEPT = 1_000
"""Of how many addresses, unknown ones too."""
LOOKUPS_OF_AN_ADDRESS = 8
"""How many lookups may wait at once for requests from one client address."""
LOOKUPS = 200
"""How many lookups may wait in all."""


class TooManyLookupsError(Exception):
    """Too many requests wait for the database to find their inspector."""


@dataclass(frozen=True, slots=True)
class OpenInspector:
    """An inspector as its requests are answered."""

    id: str
    expires_at: datetime
    answer: Inspector.Answer
    settings: AnswerSettings
    forward_url: str
    has_secret: bool
    callers_key_digest: str

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()


class Lookup:
    """What this process has read of inspectors."""

    def __init__(self) -> None:
        _lookups.add(self)
        self._kept: OrderedDict[str, tuple[float, OpenInspector | None]] = OrderedDict()
        self._reading: dict[str, asyncio.Future[OpenInspector | None]] = {}
        """What is being read, by token."""
        self._waiting: Counter[str] = Counter()
        self._free = asyncio.Semaphore(2)  # the thread serves turns too

    async def named(self, token: str, client_address: str) -> OpenInspector | None:
        """Return the inspector with this token, or None. Raises TooManyLookupsError."""
        read_at, inspector = self._kept.get(token, (float("-inf"), None))
        if monotonic() - read_at < FRESH_S:
            return inspector
        if token not in self._reading:
            if inspector is None and not self._has_room_for(client_address):
                raise TooManyLookupsError
            self._waiting[client_address] += 1
            self._reading[token] = asyncio.ensure_future(self._read(token, client_address))
        return await asyncio.shield(self._reading[token])

    def _has_room_for(self, client_address: str) -> bool:
        """Whether one more unknown address may be looked up; those of inspectors always may."""
        return self._waiting[client_address] < LOOKUPS_OF_AN_ADDRESS and self._waiting.total() < LOOKUPS

    async def _read(self, token: str, client_address: str) -> OpenInspector | None:
        """Read an inspector, once for all requests that wait for it."""
        try:
            async with self._free:
                inspector = await in_database_thread(read_inspector)(token)
        finally:
            del self._reading[token]
            self._waiting[client_address] -= 1
            if not self._waiting[client_address]:
                del self._waiting[client_address]
        self._kept[token] = monotonic(), inspector
        self._kept.move_to_end(token)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return inspector

    def forget(self, token: str) -> None:
        """Have the inspector read anew for the next request. May be called in any thread."""
        self._kept.pop(token, None)


_lookups: WeakSet[Lookup] = WeakSet()
"""The lookups of this process."""


def forget(instance: Inspector, **_signal: object) -> None:
    """Read a changed inspector anew: a receiver of Django's signals."""
    for lookup in tuple(_lookups):
        lookup.forget(instance.address_token)


def read_inspector(token: str) -> OpenInspector | None:
    """Return the inspector; None too if its maker may make none any more, as one who may no longer sign in."""
    row = Inspector.objects.select_related("maker").filter(address_token=token).first()
    if row is None or not row.maker.has_perm(MAKE_INSPECTOR):
        return None
    return OpenInspector(
        id=row.pk,
        expires_at=row.expires_at,
        answer=Inspector.Answer(row.answer),
        settings=read_settings(row.answer_settings),
        forward_url=row.forward_url,
        has_secret=row.forward_secret_id is not None and row.forward_secret_by_id is not None,
        callers_key_digest=row.callers_key_digest,
    )
