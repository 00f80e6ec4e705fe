"""What a turn is started with, all of it loaded before: no row, no connection, no clock."""

from dataclasses import dataclass, field

from playground.engine.errors.codes import GreenroomError
from playground.engine.events import TurnKind
from playground.engine.json_types import Json
from playground.engine.persona import PersonaSettings
from playground.engine.speech.answer_limit import AnswerLimit
from playground.engine.wire_request import WireRequest


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

    @property
    def may_fill(self) -> bool:
        """A filler covers the pause after what the user said; a continuation repeats none."""
        return self.kind is TurnKind.USER

    def answer_limit(self) -> AnswerLimit | None:
        """How long the answer may be; what the LLM didn't write is never too long."""
        max_s = self.persona.max_answer_s
        return AnswerLimit(max_s) if max_s is not None and self.call is not None else None
