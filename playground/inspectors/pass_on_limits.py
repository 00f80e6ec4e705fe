"""The timeouts of passing on. `bounds.py` bounds what is kept and sent."""

from dataclasses import dataclass

from playground.engine.limits import DEFAULT_LIMITS


@dataclass(frozen=True, slots=True)
class PassOnLimits:
    connect_ms: int = DEFAULT_LIMITS.connect_ms
    begin_ms: int = 240_000
    """From the connection's begin to the answer's headers, with the time in which the request arrives: a model that
    doesn't stream answers when it is done."""
    gap_ms: int = 120_000
    """Between two parts of the answer's body, as long as a model may think (`Limits.reasoning_gap_ms`)."""


PASS_ON_LIMITS = PassOnLimits()
