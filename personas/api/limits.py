"""The largest request that the API accepts."""

from playground.engine.limits import MIB

BODY_BYTES = 1 * MIB
