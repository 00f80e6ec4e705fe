"""A turn's input, loaded before it starts: no rows, no connections, no clock."""

from dataclasses import dataclass, field

from playground.engine.errors.codes import GreenroomError
from playground.engine.events import TurnKind
from playground.engine.json_types import Json
from playground.engine.persona import PersonaSettings
from playground.engine.speech.answer_limit import AnswerLimit
from playground.engine.wire_request import WireRequest


@dataclass(frozen=True, slots=True)
class Call:
    """The request to the LLM: once with names in place of secrets, for display, and once as sent."""

    shown: Json
    origins: list[Json]
    wire: WireRequest
    secrets: tuple[str, ...] = field(repr=False, default=())


@dataclass(frozen=True, slots=True)
class TurnPlan:
    """Everything a turn needs, loaded before it starts."""

    turn_id: str
    turn_idx: int
    conversation_id: str
    inference_id: str
    kind: TurnKind
    text: str
    """The user's text; for an echo or a greeting the text to speak."""
    persona: PersonaSettings
    call: Call | None = None
    """None if the LLM is bypassed."""
    refusal: GreenroomError | None = None
    """The error that prevents sending."""
    client_msg_id: str = ""
    continues: str = ""
    is_instant: bool = False
    filler_seed: int | None = None
    """Makes the turn's filler repeatable; None for a random one."""

    @property
    def may_fill(self) -> bool:
        """Whether a filler may play: it covers the pause after the user's text, which a continuation doesn't have."""
        return self.kind is TurnKind.USER

    def answer_limit(self) -> AnswerLimit | None:
        """The answer's limit; text that the LLM didn't write has none."""
        max_s = self.persona.max_answer_s
        return AnswerLimit(max_s) if max_s is not None and self.call is not None else None
