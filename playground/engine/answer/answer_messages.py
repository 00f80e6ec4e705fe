"""The sentences about an answer as a whole: its errors, and the notes on how it ended."""

import re

from playground.engine.errors.codes import Code, UpstreamError
from playground.engine.errors.excerpts import Redact, excerpt
from playground.engine.errors.waits import span
from playground.engine.limits import KIB, MIB

_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,40}/[a-z0-9.+-]{1,40}")
ONE_JSON = "The answer came as one JSON, not as a stream: nothing could be spoken before all of it was there."
REFUSAL = "The LLM refused to answer (refusal): its words are shown here, a platform may stay silent."
STRAY_THINK_END = "A </think> came that nothing had opened: what stood before it was taken for the answer."
SAID_NOTHING = "The model said nothing."
ONLY_REASONED = "The model reasoned, but said nothing: its answer never left the reasoning."
CALLS_COUNT = "The LLM called a function, though its finish reason says otherwise; the call counts."
NO_DONE = "The stream ended without [DONE]: the finish reason before it says that the answer is complete."
EARLY_FINISH = (
    "The server named a finish reason before the end of its answer (with the first chunk, with every one, or before a "
    "tool call): what came after it counts here, but some clients stop at the first. It belongs to the last chunk."
)
BARE_CHUNK = (
    "A chunk came without data: before it: it was read, but OpenAI's own client passes over such lines, so a caller "
    "may not hear it."
)
JSON_LINES = (
    "The answer came as lines of JSON, not as an event stream: OpenAI's own client reads nothing of it. Write data: "
    "before each chunk and a blank line after it."
)
NO_FINISH_REASON = "The server named no finish reason: [DONE] alone says that the answer is complete."
ONE_DELTA = "The whole answer came in one delta: nothing could be spoken before all of it was there."
REASONING_TOO_LONG = "The LLM's reasoning is longer than what is kept; the rest of it was left out."


def names_calls(finish_reason: str) -> bool:
    """Whether a finish reason means that functions were called."""
    return "tool" in finish_reason.lower() or "function" in finish_reason.lower()


def of_another_role(role: str) -> str:
    return (
        f"The server sent a delta of the role {role} inside its answer: that is not the assistant's text, so it is "
        "neither spoken nor kept in the history. A client that reads the content alone would speak it: leave it out."
    )


def hung_up(silence_ms: int) -> str:
    return (
        f"The server kept the stream open after its finish reason, without [DONE]: Greenroom hung up after "
        f"{span(silence_ms)} of silence."
    )


def held_up(ms: int) -> str:
    """Return the note for a turn during whose answer our own process stood still."""
    return (
        f"Greenroom itself was held up for {span(ms)} while it waited for this answer: its machine was busy or asleep. "
        "Silences and times of this turn may be Greenroom's, not the server's."
    )


def another_type(media_type: str) -> str:
    """Return the note about a content type other than ``text/event-stream``; ``media_type`` may be any text."""
    named = f"as {media_type}" if _MEDIA_TYPE.fullmatch(media_type) else "without a usable content type"
    return f"The stream came {named}: it should be text/event-stream, which some clients insist on."


def web_page() -> UpstreamError:
    return UpstreamError(
        Code.BAD_RESPONSE,
        "The address answered with a web page, not with an LLM's answer: check that it is the address of an "
        "OpenAI-compatible API (often it ends in /v1).",
    )


def not_a_completion() -> UpstreamError:
    return UpstreamError(
        Code.BAD_RESPONSE,
        "The server answered, but not with a chat completion: check that the address is that of an "
        "OpenAI-compatible API (it ends in /chat/completions).",
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


def plain_text(line: str, redact: Redact) -> UpstreamError:
    return UpstreamError(
        Code.BAD_RESPONSE,
        "The server answered with plain text in place of an event stream: check the address of the LLM.",
        excerpt=excerpt(line, redact),
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
