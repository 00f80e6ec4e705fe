"""The table of behaviours: which function answers which first part of a path."""

from collections.abc import Awaitable, Callable

from tests.llm_server.exchange import Exchange

Behaviour = Callable[[Exchange], Awaitable[None]]

BEHAVIOURS: dict[str, Behaviour] = {}


def behaviour(answer: Behaviour) -> Behaviour:
    """Register a function under its name, a hyphen for each underscore."""
    BEHAVIOURS[answer.__name__.replace("_", "-")] = answer
    return answer
