"""The arrival times of an answer's deltas: detects a proxy that buffers the stream."""

SILENCE_MS = 1_000
"""A shorter wait for the first delta is the model's own time to first token."""
BURST_MS = 100
"""No LLM generates all deltas of an answer within this time: they were buffered."""
LEAST_SILENCE_PER_BURST = 20
"""After a shorter wait in proportion, it was a quick model."""
MANY_DELTAS = 8


class Arrivals:
    """Times in ms from the moment at which the request was sent."""

    def __init__(self) -> None:
        self._deltas = 0
        self._first_ms = 0
        self._last_ms = 0

    def add(self, deltas: int, t_ms: int) -> None:
        """Record ``deltas`` content deltas that arrived with one read."""
        if not deltas:
            return
        if not self._deltas:
            self._first_ms = t_ms
        self._last_ms = t_ms
        self._deltas += deltas

    @property
    def note(self) -> str:
        """The note about a burst after a long silence, or an empty string."""
        span_ms = self._last_ms - self._first_ms
        longest_ms = min(BURST_MS, self._first_ms // LEAST_SILENCE_PER_BURST)
        if self._deltas < MANY_DELTAS or self._first_ms < SILENCE_MS or span_ms > longest_ms:
            return ""
        return (
            f"All {self._deltas} deltas came within {span_ms} ms, after {self._first_ms / 1000:.1f} s of silence: "
            "something on the way holds the stream back. nginx: proxy_buffering off, or X-Accel-Buffering: no in the "
            "answer; Apache: flushpackets=on, no mod_deflate; Cloudflare, other CDNs: Cache-Control: no-transform; "
            "Next.js, Express: no compression; AWS Lambda: response streaming."
        )
