"""What a turn is started with, all of it loaded before, and how it is cut: no row, no connection, no clock."""

import random
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from playground.engine.errors.codes import GreenroomError
from playground.engine.events import TurnKind
from playground.engine.limits import Limits
from playground.engine.persona import Json, PersonaSettings
from playground.engine.speech.answer_limit import AnswerLimit
from playground.engine.speech.fillers import Pick
from playground.outgoing.completion import Response, WireRequest


class OpenCompletion(Protocol):
    """How the conductor reaches an LLM: `playground.outgoing.completion.open_completion`, or a test's own."""

    def __call__(
        self, request: WireRequest, *, limits: Limits, secrets: tuple[str, ...]
    ) -> AbstractAsyncContextManager[Response]: ...


@dataclass(frozen=True, slots=True)
class Call:
    """What is sent to the LLM: once with names in place of secrets, to be shown, and once as it goes out."""

    shown: Json
    origins: list[Json]
    wire: WireRequest
    secrets: tuple[str, ...] = field(repr=False, default=())


@dataclass(frozen=True, slots=True)
class TurnPlan:
    """All that a turn needs, loaded before it starts."""

    turn_id: str
    turn_idx: int
    conversation_id: str
    inference_id: str
    kind: TurnKind
    text: str
    """What the user said; for an echo or a greeting what the voice says."""
    persona: PersonaSettings
    call: Call | None = None
    """None: the LLM is bypassed."""
    refusal: GreenroomError | None = None
    """Why nothing can be sent."""
    client_msg_id: str = ""
    continues: str = ""
    is_instant: bool = False
    filler_seed: int | None = None
    """Makes the choice of each turn's filler the same every time; None: at random."""

    def pick(self, otherwise: Pick) -> Pick:
        """How the filler is chosen. A seeded choice is each turn's own, so that it doesn't hang on other turns."""
        if self.filler_seed is None:
            return otherwise
        return random.Random(f"{self.filler_seed}/{self.turn_idx}").randrange

    @property
    def may_fill(self) -> bool:
        """A filler covers the pause after what the user said; a continuation repeats none."""
        return self.kind is TurnKind.USER

    def answer_limit(self) -> AnswerLimit | None:
        """How long the answer may be; what the LLM didn't write is never too long."""
        max_s = self.persona.max_answer_s
        return AnswerLimit(max_s) if max_s is not None and self.call is not None else None


@dataclass(frozen=True, slots=True)
class Interrupt:
    """A wish to cut the voice; ``at_offset`` is the last place of the raw text that counts as heard."""

    at_offset: int | None = None
    is_final: bool = False
    """The conversation ends, or the answer is too long: no barge-in rule holds it back."""
    error: GreenroomError | None = None
    """Why, where it was no viewer's wish."""
