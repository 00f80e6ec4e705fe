"""Finish reasons: what each word that servers send means, and its note or error.

OpenAI has ``stop``, ``length``, ``tool_calls``, ``content_filter`` and ``function_call`` (openai-python,
types/chat/chat_completion_chunk.py). The others are those of OpenRouter, DeepSeek, vLLM, text-generation-inference,
Mistral, GigaChat and Zhipu, and those of Gemini, Anthropic, Cohere and Bedrock, which proxies pass on as they stand.
"""

import re
from enum import Enum, auto

from playground.engine.errors.codes import Code, UpstreamError


class FinishKind(Enum):
    COMPLETE = auto()
    LIMITED = auto()
    """The token limit was reached: a regular end, possibly in the middle of a sentence."""
    FILTERED = auto()
    CUT = auto()
    """The server aborted the answer before the model had finished it."""
    FAILED_CALL = auto()
    """The model tried to call a function, and the server couldn't parse the call."""
    FAILED = auto()
    UNKNOWN = auto()


_OPENAI = frozenset({"stop", "length", "tool_calls", "content_filter", "function_call"})
_WORDS = {
    FinishKind.COMPLETE: (
        "stop", "stopped", "stop_sequence", "stop_token", "end_turn", "end", "end_of_turn", "end_of_text", "eos",
        "eos_token", "complete", "completed", "done", "finished", "success", "normal", "tool_calls", "tool_call",
        "tool_use", "function_call", "function_calls",
    ),
    FinishKind.LIMITED: (
        "length", "max_tokens", "max_token", "max_length", "max_output_tokens", "model_length", "token_limit",
        "max_completion_tokens", "max_output_reached", "error_limit", "model_context_window_exceeded", "context_length",
        "context_length_exceeded",
    ),
    FinishKind.FILTERED: (
        "content_filter", "content_filtered", "contentfilter", "safety", "recitation", "language", "blocklist",
        "blacklist", "prohibited_content", "spii", "image_safety", "image_prohibited_content", "image_recitation",
        "model_armor", "refusal", "error_toxic", "guardrail_intervened", "guardrail", "sensitive", "blocked",
        "moderation",
    ),
    FinishKind.CUT: (
        "insufficient_system_resource", "abort", "aborted", "cancel", "cancelled", "canceled", "user_cancel",
        "interrupted", "incomplete", "pause_turn", "time_limit", "timeout", "network_error", "preempted", "evicted",
    ),
    FinishKind.FAILED_CALL: (
        "unexpected_tool_call", "too_many_tool_calls", "missing_thought_signature", "invalid_tool_call",
        "tool_call_error", "invalid_function_call",
    ),
    FinishKind.FAILED: ("error", "failed", "failure", "server_error", "internal_error", "internal_server_error"),
}  # fmt: skip
_KIND_OF = {word: kind for kind, words in _WORDS.items() for word in words}
_FAILED_CALL_STARTS = ("malformed", "function_call_filter", "tool_call_filter")
_PREFIX = re.compile(r"^(finish_?reason|stop_?reason)[._:]+")
_SEPARATORS = re.compile(r"[\s-]+")

_LENGTH = (
    "The server cut the answer off: it reached the most tokens that it may have (finish reason: {reason})."
)
_FILTER = "The server's content filter stopped the answer (finish reason: {reason})."
_OTHER_WORD = (
    "The server named a finish reason that OpenAI doesn't have ({reason}); it means that the answer is complete, "
    "but some clients wait for stop or tool_calls."
)
_UNKNOWN = (
    "The server named a finish reason that is unknown ({reason}): whether the answer is complete can't be told. "
    "OpenAI has stop, length, tool_calls and content_filter."
)


def kind_of(reason: str) -> FinishKind:
    """Return the kind of a finish reason, given verbatim."""
    if reason in _KIND_OF:
        return _KIND_OF[reason]
    word = _SEPARATORS.sub("_", reason.strip()).lower()
    word = _PREFIX.sub("", word)
    if word.startswith(_FAILED_CALL_STARTS):
        return FinishKind.FAILED_CALL
    return _KIND_OF.get(word, FinishKind.UNKNOWN)


def is_complete(reason: str) -> bool:
    """Whether the reason doesn't mean that the server ended the answer before the model had finished."""
    return kind_of(reason) in {FinishKind.COMPLETE, FinishKind.UNKNOWN}


def note_on_finish(reason: str) -> str:
    """Return the note on an answer that counts, or an empty string."""
    kind = kind_of(reason)
    if kind is FinishKind.LIMITED:
        return _LENGTH.format(reason=reason)
    if kind is FinishKind.FILTERED:
        return _FILTER.format(reason=reason)
    if kind is FinishKind.COMPLETE and reason not in _OPENAI:
        return _OTHER_WORD.format(reason=reason)
    return _UNKNOWN.format(reason=reason) if kind is FinishKind.UNKNOWN else ""


def finish_error(reason: str) -> UpstreamError | None:
    """Return the error of an answer that ended like this; None if it counts."""
    kind = kind_of(reason)
    if kind is FinishKind.CUT:
        return UpstreamError(
            Code.TRUNCATED,
            f"The LLM's server gave the answer up before it was finished (finish reason: {reason}). What had come is "
            "kept; try again, or look at the server's log and load.",
        )
    if kind is FinishKind.FAILED_CALL:
        return UpstreamError(
            Code.BAD_RESPONSE,
            f"The model meant to call a function, and its server could make no call of it (finish reason: {reason}). "
            "A caller hears nothing more; simplify the function's schema, or try another model.",
        )
    if kind is FinishKind.FAILED:
        return UpstreamError(
            Code.UPSTREAM_5XX,
            f"The LLM's server ended its answer with an error (finish reason: {reason}). Something failed on its side: "
            "try again, or look at the server's own log.",
        )
    return None
