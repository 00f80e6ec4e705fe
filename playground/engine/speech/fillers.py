"""Chooses a turn's filler, and names why none played (Just AI, llmRequest, "Fill pauses").

The filler plays if nothing has begun to *play* ``activationDelayMs`` after the turn began: the LLM's time to the end of
its first sentence and that sentence's synthesis both count. One random phrase of both fields. Not documented, and
assumed: at most one per turn, never cut short by the answer, and its audio is ready when it is due.
"""

from collections.abc import Callable
from enum import StrEnum

from playground.engine.events import Sentence
from playground.engine.persona import FillerSettings
from playground.engine.speech.spoken import Spoken, spoken
from playground.engine.speech.tags import SpeechTags

Pick = Callable[[int], int]
"""Returns an index into a list of that length; injected, because the engine has no randomness."""


class SkipReason(StrEnum):
    """Why a turn's filler did not play."""

    ANSWER_IN_TIME = "answer_in_time"
    NOTHING_TO_COVER = "nothing_to_cover"
    INTERRUPTED = "interrupted"
    TOOL_ROUND = "tool_round"


def choose(filler: FillerSettings, pick: Pick) -> str:
    """Return one of the phrases; all are equally likely."""
    return filler.phrases[pick(len(filler.phrases))]


def spoken_phrase(phrase: str, tags: SpeechTags) -> Spoken:
    """Return what a voice that reads ``tags`` says of a phrase."""
    return spoken(Sentence(0, 0, len(phrase), phrase), tags)
