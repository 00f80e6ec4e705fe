"""What each kind of an inspector's answer needs: the settings in `Inspector.answer_settings`, with their bounds."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

TEXT_CHARS = 20_000
"""The longest canned text, and the longest arguments of a tool call."""
FUNCTION_CHARS = 64
MODEL_CHARS = 64
FIRST_DELTA_MS = 60_000
"""The longest wait for the first delta."""
DELTA_MS = 10_000
"""The longest wait between two deltas."""
RETRY_AFTER_S = 86_400

EXAMPLE_TEXT = "Thanks for calling. This is the answer of an inspector. What shall we look at next?"
EXAMPLE_FUNCTION = "get_weather"
EXAMPLE_ARGUMENTS = '{"location": "Rome, Italy"}'


class Fault(StrEnum):
    """How an inspector may fail, as servers in the field do."""

    WRONG_KEY = "wrong_key"
    NOT_FOUND = "not_found"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    NEVER_ANSWERS = "never_answers"
    DIES_MIDWAY = "dies_midway"
    NO_DONE = "no_done"
    HTML = "html"
    BUFFERED_BURST = "buffered_burst"
    CUMULATIVE_DELTAS = "cumulative_deltas"
    FINISH_ON_EVERY_CHUNK = "finish_on_every_chunk"
    ERROR_MIDWAY = "error_midway"
    CALL_AS_TEXT = "call_as_text"
    DATA_PREFIX_TWICE = "data_prefix_twice"

    @property
    def label(self) -> str:
        return _FAULT_LABELS[self]


_FAULT_LABELS = {
    Fault.WRONG_KEY: "401: the key is wrong",
    Fault.NOT_FOUND: "404: no such address",
    Fault.RATE_LIMITED: "429: too many requests, with Retry-After",
    Fault.SERVER_ERROR: "500: the server failed",
    Fault.NEVER_ANSWERS: "Never answers",
    Fault.DIES_MIDWAY: "Dies in the middle of the answer",
    Fault.NO_DONE: "Ends without [DONE]",
    Fault.HTML: "A page of HTML in place of the answer",
    Fault.BUFFERED_BURST: "Silence, then the whole stream at once",
    Fault.CUMULATIVE_DELTAS: "Each delta repeats all text before it",
    Fault.FINISH_ON_EVERY_CHUNK: "A finish reason on every chunk",
    Fault.ERROR_MIDWAY: "An error in the middle of the stream",
    Fault.CALL_AS_TEXT: "A tool call written as text",
    Fault.DATA_PREFIX_TWICE: "“data:” twice before each chunk",
}


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """All settings; each kind of answer reads those that it names."""

    model: str = ""
    """demo: the demo LLM's model; empty: the request's own, or one that fits."""
    text: str = EXAMPLE_TEXT
    """text, fault: what is said."""
    function: str = EXAMPLE_FUNCTION
    """tool_call: the function's name."""
    arguments: str = EXAMPLE_ARGUMENTS
    """tool_call: the arguments as text, which need not be JSON: a server's may not be either."""
    first_delta_ms: int = 300
    """text, tool_call, fault: from the end of the request to the first delta."""
    delta_ms: int = 25
    """text, tool_call, fault: between two deltas, which are words."""
    fault: Fault = Fault.SERVER_ERROR
    retry_after_s: int = 20
    """The Retry-After of `Fault.RATE_LIMITED`."""

    def as_json(self) -> dict[str, Any]:
        """Return the settings as they are stored."""
        return asdict(self)


_DEFAULTS = AnswerSettings()


def read_settings(stored: Mapping[str, Any]) -> AnswerSettings:
    """Read stored settings: one that is missing or out of its bounds is as by default, or at its bound."""
    return AnswerSettings(
        model=_text(stored, "model", MODEL_CHARS),
        text=_text(stored, "text", TEXT_CHARS),
        function=_text(stored, "function", FUNCTION_CHARS) or EXAMPLE_FUNCTION,
        arguments=_text(stored, "arguments", TEXT_CHARS),
        first_delta_ms=_number(stored, "first_delta_ms", FIRST_DELTA_MS),
        delta_ms=_number(stored, "delta_ms", DELTA_MS),
        fault=_fault(stored.get("fault")),
        retry_after_s=_number(stored, "retry_after_s", RETRY_AFTER_S),
    )


def _text(stored: Mapping[str, Any], name: str, most: int) -> str:
    value = stored.get(name)
    return value[:most] if isinstance(value, str) else str(getattr(_DEFAULTS, name))


def _number(stored: Mapping[str, Any], name: str, most: int) -> int:
    value = stored.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        return int(getattr(_DEFAULTS, name))
    return min(max(value, 0), most)


def _fault(value: object) -> Fault:
    return next((fault for fault in Fault if fault == value), _DEFAULTS.fault)
