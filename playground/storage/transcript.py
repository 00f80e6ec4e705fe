"""A conversation's transcript: its turns with texts, heard parts, calls, results, changes of context and version."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from playground.engine.callers_wait import Times
from playground.engine.errors.codes import PERSONA_FIELDS
from playground.models import ContextChange, Conversation, Turn
from playground.storage.callers_waits import waits_of
from playground.storage.used_versions import used_versions


@dataclass(frozen=True, slots=True)
class TranscriptCall:
    name: str
    arguments: str
    result: str
    """The call's result; empty without one."""
    result_status: str


@dataclass(frozen=True, slots=True)
class TranscriptTurn:
    """A turn whose answer is split into ``heard`` and, if it was interrupted, ``unheard``."""

    turn: Turn
    heard: str
    unheard: str
    calls: tuple[TranscriptCall, ...]
    filler: str
    notes: tuple[str, ...]
    changes: tuple[ContextChange, ...]
    """Changes of the context between the turn before and this one."""
    begins_version: str | None
    """The name of the version that is used from this turn on, if it is another one than before."""
    times: Times
    """The caller's times: of the whole wait where the turn ends one of several, none where it goes on."""
    rounds: int
    """How many tool rounds these times span."""

    @property
    def is_cut(self) -> bool:
        return self.turn.status == Turn.Status.INTERRUPTED

    @property
    def unheard_markdown(self) -> str:
        """The unheard text struck through as GFM has it: each paragraph alone, with no space inside the marks."""
        paragraphs = (paragraph.strip() for paragraph in self.unheard.split("\n\n"))
        return "\n\n".join(f"~~{paragraph}~~" for paragraph in paragraphs if paragraph)

    @property
    def error_message(self) -> str:
        return str((self.turn.error or {}).get("message", ""))

    @property
    def put_right_in(self) -> str:
        """The persona's field in which the turn's error is put right; empty for another error."""
        return PERSONA_FIELDS.get((self.turn.error or {}).get("code", ""), "")

    @property
    def times_ms(self) -> list[tuple[str, int]]:
        """The measured times as (name, ms)."""
        names = {"ttft": "TTFT", "first_audio": "first audio", "dead_air": "dead air", "total": "total"}
        times = {**self.times, **({"dead_air": None} if self.is_unheard else {})}
        return [(label, ms) for name, label in names.items() if (ms := times.get(name)) is not None]

    @property
    def is_unheard(self) -> bool:
        """Whether nothing of an answer was heard, and no interrupt ended the wait: its dead air has no end."""
        is_closed = self.turn.status in (Turn.Status.COMPLETED, Turn.Status.FAILED)
        return is_closed and self.times.get("first_audio") is None

    @property
    def has_no_end(self) -> bool:
        """Whether its dead air is to be shown as one without an end."""
        return self.is_unheard and self.times.get("dead_air") is not None


def transcript_of(conversation: Conversation) -> list[TranscriptTurn]:
    changes = changes_by_position(conversation)
    versions = versions_by_position(conversation)
    turns = list(conversation.turns.order_by("position"))
    times = _CallersTimes(turns)
    return [
        _transcript_turn(turn, changes.get(turn.position, ()), versions.get(turn.position), times)
        for turn in turns
    ]


def first_words_of(turns: Iterable[TranscriptTurn]) -> str:
    """Return what the user said first, on one line; empty if they said nothing."""
    texts = (" ".join(each.turn.user_text.split()) for each in turns)
    return next(filter(None, texts), "")


class _CallersTimes:
    """Finds a turn's times as the caller's: a wait of several turns has its times at the last one."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        closed = {turn.pk: turn.continues_id for turn in turns if turn.status not in Turn.OPEN}
        self._by_last = {wait.turn_ids[-1]: wait for wait in waits_of(closed).values()}
        self._going_on = {turn.continues_id for turn in turns}

    def of(self, turn: Turn) -> tuple[Times, int]:
        """Return the times and how many tool rounds they span."""
        if turn.pk in self._going_on:
            return {}, 0
        wait = self._by_last.get(turn.pk)
        return (turn.timings, 0) if wait is None else (wait.times, len(wait.turn_ids) - 1)


def changes_by_position(conversation: Conversation) -> dict[int, tuple[ContextChange, ...]]:
    """Return the kept changes by the position of the first turn after them."""
    by_position = groupby(conversation.context_changes.order_by("pk"), attrgetter("position"))
    return {position: tuple(changes) for position, changes in by_position}


def versions_by_position(conversation: Conversation) -> dict[int, str]:
    """Return the names of the versions that the conversation went on with, by the position of their first turns."""
    return {each["position"]: each["name"] for each in used_versions(conversation.pk)[1:]}


def _transcript_turn(
    turn: Turn, changes: tuple[ContextChange, ...], begins_version: str | None, callers_times: _CallersTimes
) -> TranscriptTurn:
    times, rounds = callers_times.of(turn)
    timeline: dict[str, Any] = turn.timeline
    filler = timeline.get("filler") or {}
    was_cut = turn.status == Turn.Status.INTERRUPTED and turn.text.startswith(turn.heard_text)
    heard = turn.heard_text if was_cut else turn.text
    return TranscriptTurn(
        turn=turn,
        heard=heard,
        unheard=turn.text[len(heard) :],
        calls=tuple(_call(call, turn.tool_results) for call in timeline.get("tool_calls", ())),
        filler=str(filler.get("phrase") or "") if filler.get("state") == "played" else "",
        notes=tuple(timeline.get("notes", ())),
        changes=changes,
        begins_version=begins_version,
        times=times,
        rounds=rounds,
    )


def _call(call: dict[str, Any], results: dict[str, Any]) -> TranscriptCall:
    answered = results.get(call["id"], {})
    return TranscriptCall(
        call["name"], call["arguments"], str(answered.get("output", "")), str(answered.get("status", ""))
    )
