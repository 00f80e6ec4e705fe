"""Detects habits of a server's deltas that change what a caller hears (cumulative or repeated text)."""

_FEWEST_GROWN = 2
"""How many deltas must extend the one before them, since one may do so by chance (``ha``, ``haha``)."""
_LONG_CHARS = 20
"""A shorter last delta may repeat the whole text by chance (``ha``)."""

CUMULATIVE = (
    "Each delta repeats all of the text before it, so a caller hears the beginning again and again: a delta holds new "
    "text only. Send what is new (DashScope: incremental_output), as OpenAI does."
)
REPEATED_WHOLE = (
    "The last delta repeats the whole answer, so a caller hears it twice: leave the text out of it."
)


class DeltaHabits:
    """Watches the raw content deltas; the cost is linear in their length."""

    def __init__(self) -> None:
        self.deltas = 0
        """The number of deltas with text."""
        self._last = ""
        self._grown = 0
        self._is_chain = True
        self._repeats_whole = False

    def add(self, delta: str, text_before: str) -> None:
        """Take a delta. ``text_before`` is the answer so far, compared only if it has the delta's length."""
        if not delta:
            return
        self._repeats_whole = self.deltas > 1 and len(delta) >= _LONG_CHARS and delta == text_before
        if self.deltas and self._is_chain:
            self._is_chain = delta.startswith(self._last)
            self._grown += len(delta) > len(self._last)
        self.deltas += 1
        self._last = delta if self._is_chain else ""

    @property
    def note(self) -> str:
        """The note about the habit, or an empty string."""
        if self._is_chain and self._grown >= _FEWEST_GROWN:
            return CUMULATIVE
        return REPEATED_WHOLE if self._repeats_whole else ""
