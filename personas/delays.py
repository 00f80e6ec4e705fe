"""The delays of a filler, in milliseconds: the usual one, the risky ones, the longest."""

DEFAULT_ACTIVATION_DELAY_MS = 2_000
RISKY_ACTIVATION_DELAY_MS = 500
"""Just AI: values under this "might cause errors"."""
LONGEST_ACTIVATION_DELAY_MS = 60_000
