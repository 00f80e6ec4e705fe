"""What in a received request is unlike JAICP: Just AI's page on ``llmRequest``."""

from collections.abc import Iterator

from playground.engine.examined_request import ExaminedRequest
from playground.engine.platforms.departures import (
    Departure,
    Habits,
    body_departures,
    header_departures,
    line_departures,
)
from playground.engine.platforms.request_parts import IGNORED_PARAMETERS

LEAST_TEMPERATURE, MOST_TEMPERATURE = 0, 1
"""Just AI, llmRequest, ``temperature``: recommended, because all providers take it."""
_KEYS = frozenset({"model", "messages", "stream", "tools", "temperature"})
HABITS = Habits(
    label="JAICP",
    ends_in_route=False,
    headers=frozenset({"authorization"}),
    header_prefixes=(),
    headers_setting="the llmRequest's headers",
    keys=_KEYS,
    withheld_keys=IGNORED_PARAMETERS - _KEYS,
    keys_setting="the llmRequest's parameters",
    roles=frozenset({"system", "user", "assistant"}),
    message_keys=frozenset({"role", "content"}),
)


def departures(received: ExaminedRequest) -> Iterator[Departure]:
    yield from line_departures(received, HABITS)
    if received.method != "POST":
        return
    if not received.values("authorization"):
        sentence = "There is no Authorization header: JAICP sends one where the llmRequest's headers name the secret."
        yield Departure("header", "authorization", sentence, is_by_setting=True)
    yield from header_departures(received, HABITS)
    yield from body_departures(received, HABITS)
    yield from _temperature_departures((received.document or {}).get("temperature"))


def _temperature_departures(temperature: object) -> Iterator[Departure]:
    if temperature is None:
        return
    if isinstance(temperature, bool) or not isinstance(temperature, int | float):
        yield Departure("body", "temperature", "temperature is no number.")
    elif temperature > MOST_TEMPERATURE:
        yield Departure("body", "temperature", "temperature is above 1: JAICP recommends 0.0 to 1.0.")
    elif temperature < LEAST_TEMPERATURE:
        yield Departure("body", "temperature", "temperature is below 0: JAICP recommends 0.0 to 1.0.")
