"""A filler's delays in milliseconds: the default, the risky ones, the longest."""

from playground.engine.persona import FillerSettings, default_of

DEFAULT_ACTIVATION_DELAY_MS: int = default_of(FillerSettings, "activation_delay_ms")
RISKY_ACTIVATION_DELAY_MS = 500
"""Just AI: values under this "might cause errors"."""
LONGEST_ACTIVATION_DELAY_MS = 60_000
