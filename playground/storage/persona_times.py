"""A persona's measured times by version: those of the user's own newest turns, as many as a page shows."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Left

from personas.models import PersonaVersion
from playground.engine.distribution import (
    DEAD_AIR,
    FIRST_AUDIO,
    TTFT,
    Distribution,
    MeasuredTurn,
    distributions,
)
from playground.models import Conversation, Turn, UsedVersion
from playground.storage.callers_waits import Wait, waits_of

VERSIONS_ON_A_PAGE = 6
TURNS_OF_A_VERSION = 100
"""Only the newest turns count, in the conversations that were used last."""
WORDS_CHARS = 80
"""How much of a user's words names a turn."""
SLOWEST = 5
ANSWERED_BY_LLM = (Turn.Kind.USER, Turn.Kind.CONTINUATION)


@dataclass(frozen=True, slots=True)
class VersionTimes:
    """What one version's turns took, the newest turn first, and compared with the version before."""

    number: int
    name: str
    """What lists call it, with its note."""
    created_at: datetime
    turns: tuple[MeasuredTurn, ...]
    distributions: tuple[Distribution, ...]
    open_turns: int
    """How many turns have not ended yet, and count nowhere."""

    @property
    def begun(self) -> int:
        """How many turns the user began."""
        return sum(turn.begins for turn in self.turns)

    @property
    def rounds(self) -> int:
        """How many requests went on with a tool's result."""
        return len(self.turns) - self.begun

    @property
    def failed(self) -> int:
        return sum(turn.is_failed for turn in self.turns)

    @property
    def slowest(self) -> list[MeasuredTurn]:
        """The turns with the latest first audio."""
        heard = [turn for turn in self.turns if turn.times.get(FIRST_AUDIO) is not None]
        return sorted(heard, key=lambda turn: -(turn.times[FIRST_AUDIO] or 0))[:SLOWEST]


@dataclass(frozen=True, slots=True)
class PersonaTimes:
    """One page of versions, the newest first, and the number before which the next page begins; None on the last."""

    versions: tuple[VersionTimes, ...]
    older: int | None


def persona_times(persona_ref: str, user: User, *, before: int | None = None) -> PersonaTimes:
    """Return the times of the newest versions that the user talked to, of those numbered below ``before`` if given."""
    versions = _versions(persona_ref, user, before)
    ranges = [turn_range for version in versions for turn_range in _newest_ranges(version, user)]
    ranges += _former_ranges(versions, user)
    turns, open_turns = _turns_by_version(ranges), _open_turns(ranges)
    shown = []
    # The last one is read for the comparison alone, if there are more than a page has.
    for version, previous in zip(versions, [*versions, None][1:], strict=True):
        own, earlier = turns[version.pk], turns[previous.pk] if previous else ()
        compared = distributions(own, earlier, previous.number if previous else None)
        still_open = open_turns[version.pk]
        shown.append(
            VersionTimes(version.number, version.name, version.created_at, tuple(own), compared, still_open)
        )
    page = tuple(shown[:VERSIONS_ON_A_PAGE])
    return PersonaTimes(page, page[-1].number if len(shown) > VERSIONS_ON_A_PAGE else None)


def _versions(persona_ref: str, user: User, before: int | None) -> list[PersonaVersion]:
    talked = Conversation.objects.filter(owner=user, persona_version=OuterRef("pk"), stand_in=False)
    former = UsedVersion.objects.filter(
        _FORMER, **_measured_conversations(user), persona_version=OuterRef("pk")
    )
    versions = PersonaVersion.objects.filter(Exists(talked) | Exists(former), persona_ref=persona_ref)
    versions = versions.order_by("-number")
    if before is not None:
        versions = versions.filter(number__lt=before)
    return list(versions.only("number", "note", "created_at")[: VERSIONS_ON_A_PAGE + 1])


def _turns_by_version(ranges: Sequence["_TurnRange"]) -> Mapping[int, list[MeasuredTurn]]:
    """Return the newest turns of each version, the newest first."""
    instant = {turn_range.conversation_id for turn_range in ranges if turn_range.is_instant}
    version_ids = _VersionIds(ranges)
    turns = (
        Turn.objects.filter(_turns_in(ranges), kind__in=ANSWERED_BY_LLM)
        .exclude(status__in=Turn.OPEN)
        .annotate(words=Left("user_text", WORDS_CHARS), goes_on=Exists(_CONTINUATION))
        .only("conversation", "position", "kind", "status", "timings", "created_at", "continues")
    )
    newest_first = sorted(turns, key=lambda turn: turn.created_at, reverse=True)
    measured = _Measured(newest_first, instant)
    by_version: dict[int, list[MeasuredTurn]] = defaultdict(list)
    for turn in newest_first:
        of_version = by_version[version_ids.at(turn.conversation_id, turn.position)]
        if len(of_version) < TURNS_OF_A_VERSION:
            of_version.append(measured.turn(turn))
    return by_version


def _open_turns(ranges: Sequence["_TurnRange"]) -> Counter[int]:
    """Count the open turns of each version."""
    version_ids = _VersionIds(ranges)
    turns = Turn.objects.filter(_turns_in(ranges), kind__in=ANSWERED_BY_LLM, status__in=Turn.OPEN)
    return Counter(version_ids.at(*turn) for turn in turns.values_list("conversation_id", "position"))


_CONTINUATION = Turn.objects.filter(continues=OuterRef("pk"))


class _Measured:
    """Measures turns: the LLM's time of each one, the caller's times of a wait at the turn in which it began."""

    def __init__(self, turns: Sequence[Turn], instant: Set[str]) -> None:
        self._waits = waits_of({turn.pk: turn.continues_id for turn in turns})
        self._instant = instant

    def turn(self, turn: Turn) -> MeasuredTurn:
        is_failed = turn.status == Turn.Status.FAILED
        words: str = turn.words  # type: ignore[attr-defined]  # annotated
        is_instant = turn.conversation_id in self._instant
        callers = {} if is_instant else _callers_times(self._wait(turn))
        times = callers | ({} if is_failed else {TTFT: turn.timings.get(TTFT)})
        begins = turn.kind == Turn.Kind.USER
        return MeasuredTurn(turn.pk, turn.conversation_id, words, times, is_failed, begins=begins)

    def _wait(self, turn: Turn) -> Wait | None:
        """Return the wait that begins with the turn; None if none does, or not all of it was read."""
        wait = self._waits.get(turn.pk)
        goes_on: bool = turn.goes_on  # type: ignore[attr-defined]  # annotated
        if turn.kind != Turn.Kind.USER or (goes_on and wait is None):
            return None
        return wait or Wait((turn.pk,), turn.status, turn.timings)


@dataclass(frozen=True, slots=True)
class _TurnRange:
    """Turns of a conversation that used one version: those from ``first`` on, and before ``end`` if it is given."""

    conversation_id: str
    version_id: int
    first: int
    end: int | None
    is_instant: bool

    def holds(self, position: int) -> bool:
        return self.first <= position and (self.end is None or position < self.end)


class _VersionIds:
    """Finds the version that a turn used, by conversation and position."""

    def __init__(self, ranges: Iterable[_TurnRange]) -> None:
        self._ranges: dict[str, list[_TurnRange]] = defaultdict(list)
        for turn_range in ranges:
            self._ranges[turn_range.conversation_id].append(turn_range)

    def at(self, conversation_id: str, position: int) -> int:
        return next(each.version_id for each in self._ranges[conversation_id] if each.holds(position))


_FORMER = ~Q(conversation__persona_version=F("persona_version"))
"""Selects versions that their conversations used before the present one."""


def _measured_conversations(user: User) -> dict[str, Any]:
    return {"conversation__owner": user, "conversation__stand_in": False}


def _newest_ranges(version: PersonaVersion, user: User) -> Iterator[_TurnRange]:
    """Yield where the newest turns are, without a look at the turns themselves: only at each last position."""
    last = Turn.objects.filter(conversation=OuterRef("pk")).order_by("-position").values("position")[:1]
    since = UsedVersion.objects.filter(conversation=OuterRef("pk"), persona_version=version).values(
        "position"
    )[:1]
    conversations = (
        Conversation.objects.filter(owner=user, persona_version=version, stand_in=False)
        .order_by("-updated_at")
        .annotate(last=Subquery(last), since=Subquery(since))
        .values_list("pk", "properties", "last", "since")
    )
    room = TURNS_OF_A_VERSION
    for conversation_id, properties, last_position, since_position in conversations[:TURNS_OF_A_VERSION]:
        if room <= 0 or last_position is None:
            continue
        first = max(since_position or 0, last_position + 1 - room)
        room -= max(0, last_position + 1 - first)
        yield _TurnRange(conversation_id, version.pk, first, None, _is_instant(properties))


def _former_ranges(versions: Sequence[PersonaVersion], user: User) -> Iterator[_TurnRange]:
    """Yield where turns are that used these versions in conversations which have gone on with another one."""
    following = UsedVersion.objects.filter(
        conversation=OuterRef("conversation"), position__gt=OuterRef("position")
    )
    former = (
        UsedVersion.objects.filter(_FORMER, **_measured_conversations(user), persona_version__in=versions)
        .order_by("-conversation__updated_at")
        .annotate(end=Subquery(following.order_by("position").values("position")[:1]))
        .values_list("conversation_id", "persona_version_id", "position", "end", "conversation__properties")
    )
    for conversation_id, version_id, first, end, properties in former[: TURNS_OF_A_VERSION * len(versions)]:
        newest = max(first, end - TURNS_OF_A_VERSION)
        yield _TurnRange(conversation_id, version_id, newest, end, _is_instant(properties))


def _is_instant(properties: Mapping[str, Any]) -> bool:
    return properties.get("simulated_speech") == Conversation.Speech.INSTANT


def _turns_in(ranges: Sequence[_TurnRange]) -> Q:
    whole = [
        turn_range.conversation_id
        for turn_range in ranges
        if turn_range.first == 0 and turn_range.end is None
    ]
    chosen = Q(conversation__in=whole)
    for turn_range in ranges:
        if turn_range.first > 0 or turn_range.end is not None:
            chosen |= Q(conversation=turn_range.conversation_id, position__gte=turn_range.first) & (
                Q() if turn_range.end is None else Q(position__lt=turn_range.end)
            )
    return chosen


def _callers_times(wait: Wait | None) -> dict[str, int | None]:
    """Return the times that compare: none where the answer failed, and no dead air that an interrupt cut or that has no
    end, because nothing was heard.
    """
    if wait is None or wait.status == Turn.Status.FAILED:
        return {}
    has_end = wait.status != Turn.Status.INTERRUPTED and wait.times.get(FIRST_AUDIO) is not None
    return {name: wait.times.get(name) for name in (FIRST_AUDIO, *((DEAD_AIR,) if has_end else ()))}
