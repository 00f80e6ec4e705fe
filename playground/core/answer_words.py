"""What is said to a person about an answer as a whole: its problems, and the notes on how it ended."""

import re

from playground.core.errors import Code, UpstreamError
from playground.core.limits import KIB, MIB

KNOWN_FINISH_REASONS = frozenset({"stop", "length", "tool_calls", "content_filter", "function_call", "error"})
"""OpenAI's (openai-python, chat_completion_chunk.py), and OpenRouter's ``error``."""

_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,40}/[a-z0-9.+-]{1,40}")
_LENGTH = (
    "The server cut the answer off: it reached the most tokens that it may have (finish reason: length)."
)
_FILTER = "The server's content filter stopped the answer (finish reason: content_filter)."
_NOTES_ON_CUTS = {
    "length": _LENGTH,
    "max_tokens": _LENGTH,
    "model_length": _LENGTH,
    "content_filter": _FILTER,
    "safety": _FILTER,
}

BAD_EVENT = "An event of the stream was not JSON and was left out."
ONE_JSON = "The answer came as one JSON, not as a stream: nothing could be spoken before all of it was there."
REFUSAL = "The LLM refused to answer (refusal): its words are shown here, a platform may stay silent."
STRAY_THINK_END = "A </think> came that nothing had opened: what stood before it was taken for the answer."
SAID_NOTHING = "The model said nothing."
ONLY_REASONED = "The model reasoned, but said nothing: its answer never left the reasoning."
CALLS_COUNT = "The LLM called a function, though its finish reason says otherwise; the call counts."
NO_DONE = "The stream ended without [DONE]: the finish reason before it says that the answer is complete."
NO_FINISH_REASON = "The server named no finish reason: [DONE] alone says that the answer is complete."
NOT_UTF8 = "The stream holds bytes that are not UTF-8: each is shown as \ufffd."
ONE_DELTA = "The whole answer came in one delta: nothing could be spoken before all of it was there."
REASONING_TOO_LONG = "The LLM's reasoning is longer than what is kept; the rest of it was left out."


def is_cut(finish_reason: str) -> bool:
    """Whether the server ended the answer before the model had finished it."""
    return finish_reason.lower() in _NOTES_ON_CUTS


def note_on_finish(reason: str) -> str:
    """What a finish reason gives cause to say, or an empty string."""
    if is_cut(reason):
        return _NOTES_ON_CUTS[reason.lower()]
    if reason in KNOWN_FINISH_REASONS:
        return ""
    return f"The server named a finish reason that OpenAI doesn't have ({reason}); it counts as stop."


def another_type(media_type: str) -> str:
    """Of a stream whose content type is not ``text/event-stream``; ``media_type`` may be anything, or empty."""
    named = f"as {media_type}" if _MEDIA_TYPE.fullmatch(media_type) else "without a usable content type"
    return f"The stream came {named}: it should be text/event-stream, which some clients insist on."


def web_page() -> UpstreamError:
    return UpstreamError(
        Code.BAD_RESPONSE,
        "The address answered with a web page, not with an LLM's answer: check that it is the address of an "
        "OpenAI-compatible API (often it ends in /v1).",
    )


def not_a_completion(excerpt: str) -> UpstreamError:
    return UpstreamError(
        Code.BAD_RESPONSE,
        "The server answered, but not with a chat completion: check that the address is that of an "
        "OpenAI-compatible API (it ends in /chat/completions).",
        excerpt=excerpt,
    )


def empty_body() -> UpstreamError:
    return UpstreamError(
        Code.BAD_RESPONSE,
        "The LLM's server sent an empty answer: it took the request and said nothing; look at the server's log.",
        may_retry=True,
    )


def broken_json() -> UpstreamError:
    return UpstreamError(
        Code.BAD_RESPONSE,
        "The LLM's server sent JSON that cannot be read, since it breaks off or isn't JSON: look at its log.",
    )


def plain_text(excerpt: str) -> UpstreamError:
    return UpstreamError(
        Code.BAD_RESPONSE,
        "The server answered with plain text in place of an event stream: check the address of the LLM.",
        excerpt=excerpt,
    )


def too_many_bad_events(count: int, excerpt: str) -> UpstreamError:
    return UpstreamError(
        Code.BAD_RESPONSE,
        f"The server sent {count} events in a row that are not JSON, so reading was given up: check that the "
        "address is that of an OpenAI-compatible API.",
        excerpt=excerpt,
    )


def truncated() -> UpstreamError:
    return UpstreamError(
        Code.TRUNCATED,
        "The answer was cut off: the connection ended before the LLM's server said that it had finished. "
        "What had come is kept; try again, or look at the server's log.",
    )


def too_many_bytes(what: str, limit_bytes: int) -> UpstreamError:
    limit = f"{limit_bytes // MIB} MiB" if limit_bytes >= MIB else f"{limit_bytes} bytes"
    return UpstreamError(
        Code.TOO_LARGE,
        f"The LLM's server sent too much: {what} is larger than {limit}, so the rest was not read. "
        "Limit the length of its answers (max_completion_tokens, max_tokens).",
    )


def too_long(limit_chars: int) -> UpstreamError:
    limit = f"{limit_chars // KIB} Ki" if limit_chars >= KIB else str(limit_chars)
    return UpstreamError(
        Code.TOO_LARGE,
        f"The answer is longer than {limit} characters, so the rest was not read: limit its length "
        "(max_completion_tokens, max_tokens).",
    )
