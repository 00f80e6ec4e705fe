"""Deadlines of an answer, and the errors of an answer that missed them.

Only content counts as progress: comments, empty deltas and roles do not. Reasoning has its own limit.
"""

from dataclasses import dataclass

from playground.engine.errors.codes import Code, UpstreamError
from playground.engine.errors.waits import span
from playground.engine.limits import Limits


@dataclass(slots=True)
class Progress:
    """When each part of an answer last arrived, in ms from the turn's start."""

    headers_ms: int | None = None
    content_ms: int | None = None
    """Text, or a fragment of a tool call."""
    reasoning_ms: int | None = None
    finished_ms: int | None = None
    """When the first finish reason arrived."""

    @property
    def is_reasoning(self) -> bool:
        """Whether reasoning arrived after the last content."""
        return self.reasoning_ms is not None and self.reasoning_ms >= (self.content_ms or 0)

    @property
    def silent_since_ms(self) -> int | None:
        """When the silence after the finish reason began; None before a finish reason, or if no text arrived."""
        if self.finished_ms is None:
            return None
        arrivals_ms = [at_ms for at_ms in (self.content_ms, self.reasoning_ms) if at_ms is not None]
        return max(self.finished_ms, *arrivals_ms) if arrivals_ms else None

    def deadline_ms(self, limits: Limits) -> int:
        """Return when the answer times out unless more of it arrives, in ms from the turn's start."""
        if self.silent_since_ms is not None:
            return min(self.silent_since_ms + limits.after_finish_ms, limits.turn_ms)
        if self.is_reasoning:
            gap_ms = limits.reasoning_gap_ms
        else:
            gap_ms = limits.first_content_ms if self.content_ms is None else limits.content_gap_ms
        return min((self.content_ms or 0) + gap_ms, limits.turn_ms)

    def silence_after_finish_ms(self, now_ms: int) -> int | None:
        """Return how long nothing has arrived after the finish reason; None without one."""
        if self.finished_ms is None:
            return None
        return now_ms - (self.finished_ms if self.silent_since_ms is None else self.silent_since_ms)

    def timeout_error(self, limits: Limits, now_ms: int) -> UpstreamError:
        if now_ms >= limits.turn_ms:
            return self._unfinished(Code.TURN_TIMEOUT, limits.turn_ms)
        if self.is_reasoning:
            return self._unfinished(Code.STALLED, limits.reasoning_gap_ms)
        if self.headers_ms is None:
            return UpstreamError(
                Code.FIRST_CONTENT_TIMEOUT,
                f"The server did not begin to answer within {span(limits.first_content_ms)}: not even headers came. "
                "Look in its log whether the request arrived and whether the model is loaded, and try again.",
            )
        if self.content_ms is None:
            return UpstreamError(
                Code.FIRST_CONTENT_TIMEOUT,
                f"The server answered, but gave no text within {span(limits.first_content_ms)}. "
                "Look whether the model is loaded, and try again.",
            )
        return stopped_coming(limits)

    def _unfinished(self, code: Code, limit_ms: int) -> UpstreamError:
        if self.is_reasoning:
            return UpstreamError(
                code,
                f"The model was still thinking after {span(limit_ms)}, so Greenroom stopped it. "
                "Ask it for less reasoning, or take a model that answers at once.",
            )
        return UpstreamError(
            code,
            f"The answer was not finished after {span(limit_ms)}, so Greenroom stopped it. "
            "Ask the model for shorter answers, or look why it is slow.",
        )


def stopped_coming(limits: Limits) -> UpstreamError:
    """Return the error for an answer that we abandoned because it stalled."""
    return UpstreamError(
        Code.STALLED,
        f"The answer stopped coming for {span(limits.content_gap_ms)}, so Greenroom hung up. "
        "What came is kept; look at the server's log, and try again.",
    )
