"""The notes of "Check connection": grades what one tiny request showed of an LLM's server.

Pure: `playground.connection_check` sends the request and records the response and its times.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from playground.engine.errors.codes import Code, GreenroomError

SLOW_FIRST_DELTA_MS = 1_500
"""Callers take a longer silence for a dead line: assumed."""
BUFFERED_WITHIN_MS = 25
"""Many deltas that arrive within this time were buffered on the way."""
MANY_DELTAS = 4
SECONDS_FROM_MS = 10_000
"""Longer times are shown in seconds, as by `static/js/playground/numbers.js`."""


class Grade(StrEnum):
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class CheckNote:
    """A graded note: ``subject`` is what was checked, in a word or two, ``sentence`` the result and any fix."""

    grade: Grade
    subject: str
    sentence: str


@dataclass(slots=True)
class Observation:
    """The observed response; times in ms from when the request was sent."""

    is_tls: bool
    is_own: bool
    sends_secret: bool
    error: GreenroomError | None = None
    """The failure before a good answer began."""
    status: int | None = None
    headers_ms: int = 0
    payload_times_ms: list[int] = field(default_factory=list)
    first_payload: Any = None
    """The first chunk, parsed."""
    first_delta_ms: int | None = None
    is_event_stream: bool = False
    finish_reason: str = ""
    has_done: bool = False
    has_tool_calls: bool = False
    verdict: GreenroomError | None = None
    """The failure of the answer itself."""
    ended_after_ms: int | None = None
    """From the end of the answer ([DONE], the finish reason) to the end of the body; None if we hung up."""
    notes: Sequence[str] = ()


def check_notes(observation: Observation) -> list[CheckNote]:
    """Return all notes, in the order of the exchange."""
    return [*_reaching(observation), *(_answer(observation) if observation.status is not None else ())]


_BEFORE_SENDING = {Code.SECRET_NOT_ALLOWED, Code.SECRET_MISSING, Code.BLOCKED_ADDRESS, Code.BAD_REQUEST}
_NOT_REACHED = {Code.DNS, Code.CONNECT_REFUSED, Code.CONNECT_TIMEOUT}


def _reaching(observation: Observation) -> Iterator[CheckNote]:
    error = observation.error
    if error is not None and observation.status is None:
        yield from _refusal(observation, error)
        return
    yield CheckNote(
        Grade.GOOD, "Reachable", f"The server answered after {_in_words(observation.headers_ms)}."
    )
    yield _tls(observation)
    key = "took the key" if observation.sends_secret else "asked for no key"
    yield CheckNote(Grade.GOOD, "Authorised", f"The server {key} (status {observation.status}).")


def _refusal(observation: Observation, error: GreenroomError) -> Iterator[CheckNote]:
    message = _with_excerpt(error)
    if error.code in _BEFORE_SENDING and not error.excerpt:
        yield CheckNote(Grade.BAD, "Not sent", message)
    elif error.code in _NOT_REACHED:
        yield CheckNote(Grade.BAD, "Reachable", message)
    elif error.code is Code.TLS:
        yield CheckNote(Grade.GOOD, "Reachable", "Something answers there.")
        yield CheckNote(Grade.BAD, "TLS", message)
    elif error.code in {Code.AUTH_FAILED, Code.FORBIDDEN}:
        yield CheckNote(Grade.GOOD, "Reachable", "The server answered.")
        yield _tls(observation)
        yield CheckNote(Grade.BAD, "Authorised", message)
    else:
        yield CheckNote(Grade.BAD, "Answer", message)


def _with_excerpt(error: GreenroomError) -> str:
    return f"{error.message} The server says: {error.excerpt}" if error.excerpt else error.message


def _tls(observation: Observation) -> CheckNote:
    if observation.is_own:
        return CheckNote(
            Grade.NOTE, "TLS", "Greenroom's own endpoint is called inside this process: no network, no TLS."
        )
    if observation.is_tls:
        return CheckNote(Grade.GOOD, "TLS", "Encrypted; the certificate is valid for this name.")
    return CheckNote(
        Grade.WARNING, "TLS", "Not encrypted: the platforms will send the key and every word in the clear."
    )


def _answer(observation: Observation) -> Iterator[CheckNote]:
    if observation.verdict is not None:
        yield CheckNote(Grade.BAD, "Answer", _with_excerpt(observation.verdict))
    yield _streaming(observation)
    yield _first_delta(observation)
    if observation.is_event_stream:
        yield _first_chunk(observation.first_payload)
        yield _finish(observation)
        yield _done(observation)
    yield _closing(observation)
    for note in observation.notes:
        yield CheckNote(Grade.NOTE, "Note", note)


def _streaming(observation: Observation) -> CheckNote:
    times = observation.payload_times_ms
    if not observation.is_event_stream:
        return CheckNote(
            Grade.BAD,
            "Streams",
            "The answer came as one piece, not as an event stream: nothing can be said before all of it is there. "
            "Answer stream: true with server-sent events.",
        )
    if len(times) >= MANY_DELTAS and times[-1] - times[0] <= BUFFERED_WITHIN_MS:
        return CheckNote(
            Grade.WARNING,
            "Streams",
            f"All {len(times)} chunks arrived within {_in_words(times[-1] - times[0])}: something buffers them "
            "(a proxy, compression), or the answer was very quick.",
        )
    span_ms = times[-1] - times[0] if times else 0
    return CheckNote(Grade.GOOD, "Streams", f"{len(times)} chunks over {_in_words(span_ms)}.")


def _first_delta(observation: Observation) -> CheckNote:
    if observation.first_delta_ms is None:
        what = "a tool call" if observation.has_tool_calls else "nothing that can be spoken"
        return CheckNote(Grade.WARNING, "First delta", f"The answer held {what}.")
    slow = observation.first_delta_ms > SLOW_FIRST_DELTA_MS
    words = "a filler or a faster model would help" if slow else "quick enough for a call"
    return CheckNote(
        Grade.WARNING if slow else Grade.GOOD,
        "First delta",
        f"After {_in_words(observation.first_delta_ms)}: {words}.",
    )


def _first_chunk(payload: Any) -> CheckNote:
    delta = _first_choice(payload).get("delta")
    delta = delta if isinstance(delta, dict) else {}
    if delta.get("role") and not delta.get("content") and not delta.get("tool_calls"):
        return CheckNote(
            Grade.GOOD, "First chunk", "It carries the role alone, as OpenAI's does; it is no content."
        )
    if delta.get("content"):
        return CheckNote(
            Grade.NOTE, "First chunk", "It carries text at once, without a chunk for the role before it."
        )
    return CheckNote(Grade.NOTE, "First chunk", "It carries neither a role nor text; it is passed over.")


def _finish(observation: Observation) -> CheckNote:
    if observation.finish_reason:
        return CheckNote(Grade.GOOD, "Finish reason", f"{observation.finish_reason}.")
    return CheckNote(
        Grade.WARNING,
        "Finish reason",
        "None came: an answer that breaks off can't be told from a whole one by it.",
    )


def _done(observation: Observation) -> CheckNote:
    if observation.has_done:
        return CheckNote(Grade.GOOD, "[DONE]", "The stream ended with it.")
    if observation.ended_after_ms is None:
        return CheckNote(Grade.WARNING, "[DONE]", "It hadn't come when we left: some clients wait for it.")
    return CheckNote(Grade.WARNING, "[DONE]", "It didn't come: some clients wait for it.")


def _closing(observation: Observation) -> CheckNote:
    if observation.ended_after_ms is None:
        return CheckNote(
            Grade.WARNING,
            "Closes",
            "The server kept the stream open after its end; we left, and closed the connection. Whether it goes on "
            "working after an interrupt, its own log shows.",
        )
    return CheckNote(
        Grade.GOOD,
        "Closes",
        f"The server ended the answer {_in_words(observation.ended_after_ms)} after its last word.",
    )


def _in_words(ms: int) -> str:
    """Return a duration as the playground shows it: whole ms below 10 s, seconds with one decimal above."""
    return f"{ms:,} ms" if ms < SECONDS_FROM_MS else f"{ms / 1000:.1f} s"


def _first_choice(payload: Any) -> dict[str, Any]:
    choices = payload.get("choices") if isinstance(payload, dict) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}
