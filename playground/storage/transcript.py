"""A conversation's transcript: its turns with texts, heard parts, calls and results, and changes of its context."""

from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from playground.engine.errors.codes import PERSONA_CODES
from playground.models import ContextChange, Conversation, Turn


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

    @property
    def is_cut(self) -> bool:
        return self.turn.status == Turn.Status.INTERRUPTED

    @property
    def error_message(self) -> str:
        return str((self.turn.error or {}).get("message", ""))

    @property
    def is_put_right_in_persona(self) -> bool:
        return (self.turn.error or {}).get("code") in PERSONA_CODES

    @property
    def times_ms(self) -> list[tuple[str, int]]:
        """The measured times as (name, ms)."""
        names = {"ttft": "TTFT", "first_audio": "first audio", "dead_air": "dead air", "total": "total"}
        timings = self.turn.timings
        return [(label, timings[name]) for name, label in names.items() if timings.get(name) is not None]


def transcript_of(conversation: Conversation) -> list[TranscriptTurn]:
    changes = changes_by_position(conversation)
    return [
        _transcript_turn(turn, changes.get(turn.position, ()))
        for turn in conversation.turns.order_by("position")
    ]


def changes_by_position(conversation: Conversation) -> dict[int, tuple[ContextChange, ...]]:
    """Return the kept changes by the position of the first turn after them."""
    by_position = groupby(conversation.context_changes.order_by("pk"), attrgetter("position"))
    return {position: tuple(changes) for position, changes in by_position}


def _transcript_turn(turn: Turn, changes: tuple[ContextChange, ...]) -> TranscriptTurn:
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
    )


def _call(call: dict[str, Any], results: dict[str, Any]) -> TranscriptCall:
    answered = results.get(call["id"], {})
    return TranscriptCall(
        call["name"], call["arguments"], str(answered.get("output", "")), str(answered.get("status", ""))
    )
