"""How much the API takes of a request."""

from playground.engine.limits import MIB

BODY_BYTES = 1 * MIB
