"""A persona's measured times by version: those of the user's own newest turns, as many as a page shows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Left

from personas.models import PersonaVersion
from playground.engine.distribution import DEAD_AIR, Distribution, MeasuredTurn, distributions
from playground.models import Conversation, Turn

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
    note: str
    created_at: datetime
    turns: tuple[MeasuredTurn, ...]
    distributions: tuple[Distribution, ...]

    @property
    def failed(self) -> int:
        return sum(turn.is_failed for turn in self.turns)

    @property
    def slowest(self) -> list[MeasuredTurn]:
        """The turns with the latest first audio, or the most dead air where none was heard."""
        heard = [turn for turn in self.turns if turn.slowness_ms is not None]
        return sorted(heard, key=lambda turn: -(turn.slowness_ms or 0))[:SLOWEST]


@dataclass(frozen=True, slots=True)
class PersonaTimes:
    """One page of versions, the newest first, and the number before which the next page begins; None on the last."""

    versions: tuple[VersionTimes, ...]
    older: int | None


def persona_times(persona_ref: str, user: User, *, before: int | None = None) -> PersonaTimes:
    """Return the times of the newest versions that the user talked to, of those numbered below ``before`` if given."""
    versions = _versions(persona_ref, user, before)
    turns = _turns_by_version(versions, user)
    shown = []
    # The last one is read for the comparison alone, if there are more than a page has.
    for version, previous in zip(versions, [*versions, None][1:], strict=True):
        own, earlier = turns[version.pk], turns[previous.pk] if previous else ()
        compared = distributions(own, earlier, previous.number if previous else None)
        shown.append(VersionTimes(version.number, version.note, version.created_at, tuple(own), compared))
    page = tuple(shown[:VERSIONS_ON_A_PAGE])
    return PersonaTimes(page, page[-1].number if len(shown) > VERSIONS_ON_A_PAGE else None)


def _versions(persona_ref: str, user: User, before: int | None) -> list[PersonaVersion]:
    talked = Conversation.objects.filter(owner=user, persona_version=OuterRef("pk"), stand_in=False)
    versions = PersonaVersion.objects.filter(Exists(talked), persona_ref=persona_ref).order_by("-number")
    if before is not None:
        versions = versions.filter(number__lt=before)
    return list(versions.only("number", "note", "created_at")[: VERSIONS_ON_A_PAGE + 1])


def _turns_by_version(versions: Sequence[PersonaVersion], user: User) -> Mapping[int, list[MeasuredTurn]]:
    """Return the newest turns of each version, the newest first.

    A conversation that a saved mock brought to a version has turns from before it, which are left out.
    """
    chosen, instant, version_of = Q(pk__in=[]), set(), {}
    for version in versions:
        places = _newest_places(version, user)
        chosen |= _turns_in(places)
        version_of.update(dict.fromkeys((conversation_id for conversation_id, _, _ in places), version))
        instant |= {conversation_id for conversation_id, is_instant, _ in places if is_instant}
    turns = (
        Turn.objects.filter(chosen, kind__in=ANSWERED_BY_LLM)
        .annotate(words=Left("user_text", WORDS_CHARS))
        .values_list("pk", "conversation_id", "words", "status", "timings", "created_at")
    )
    by_version: dict[int, list[MeasuredTurn]] = defaultdict(list)
    for pk, conversation_id, words, status, timings, created_at in sorted(
        turns, key=lambda row: row[-1], reverse=True
    ):
        version = version_of[conversation_id]
        if status not in Turn.OPEN and created_at >= version.created_at:
            times = _times(timings, status, is_instant=conversation_id in instant)
            is_failed = status == Turn.Status.FAILED
            by_version[version.pk].append(MeasuredTurn(pk, conversation_id, words, times, is_failed))
    return by_version


Place = tuple[str, bool, int]
"""A conversation's id, whether it is heard at once, and the first position that counts."""


def _newest_places(version: PersonaVersion, user: User) -> list[Place]:
    """Return where the newest turns are, without a look at the turns themselves: only at each last position."""
    last = Turn.objects.filter(conversation=OuterRef("pk")).order_by("-position").values("position")[:1]
    conversations = (
        Conversation.objects.filter(owner=user, persona_version=version, stand_in=False)
        .order_by("-updated_at")
        .annotate(last=Subquery(last))
        .values_list("pk", "properties", "last")
    )
    places: list[Place] = []
    room = TURNS_OF_A_VERSION
    for conversation_id, properties, last_position in conversations[:TURNS_OF_A_VERSION]:
        if room <= 0 or last_position is None:
            continue
        is_instant = properties.get("simulated_speech") == Conversation.Speech.INSTANT
        places.append((conversation_id, is_instant, max(0, last_position + 1 - room)))
        room -= last_position + 1
    return places


def _turns_in(places: Sequence[Place]) -> Q:
    whole = [conversation_id for conversation_id, _, first in places if first == 0]
    chosen = Q(conversation__in=whole)
    for conversation_id, _, first in places:
        if first > 0:
            chosen |= Q(conversation=conversation_id, position__gte=first)
    return chosen


def _times(timings: Mapping[str, Any], status: str, *, is_instant: bool) -> dict[str, int | None]:
    """Return the times that compare: none of a failed turn, no dead air that an interrupt cut, no instant speech."""
    if status == Turn.Status.FAILED:
        return {}
    if is_instant:
        return {"ttft": timings.get("ttft")}
    left_out = {DEAD_AIR} if status == Turn.Status.INTERRUPTED else set()
    return {name: ms for name, ms in timings.items() if name not in left_out}
