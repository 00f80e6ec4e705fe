"""What in a received request is unlike what a platform sends: the rules that platforms share.

Each platform describes its `Habits` and adds its own rules (`Platform.departures`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from playground.engine.addresses.route import ROUTE, has_route
from playground.engine.examined_request import ExaminedRequest
from playground.engine.json_types import Json

MOST_DEPARTURES = 100
"""How many departures are told of one request."""
_NAME_CHARS = 64
"""How much of a header's name or a key is shown in a sentence."""

_CLIENT_HEADERS = frozenset(
    {
        "accept", "accept-encoding", "accept-language", "connection", "content-encoding", "content-length",
        "content-type", "expect", "host", "keep-alive", "te", "trailer", "transfer-encoding", "user-agent",
    }
)  # fmt: skip
"""Headers that any client writes."""
_PROXY_HEADERS = frozenset(
    {
        "cdn-loop", "forwarded", "traceparent", "tracestate", "true-client-ip", "via", "x-real-ip", "x-request-id",
    }
)  # fmt: skip
_PROXY_HEADER_PREFIXES = (
    "cf-",
    "fly-",
    "ngrok-",
    "x-amz",
    "x-cloud-trace",
    "x-envoy-",
    "x-forwarded-",
    "x-tunnel",
)
"""Headers that a proxy or a tunnel adds."""


@dataclass(frozen=True, slots=True)
class Departure:
    """One thing in a request that the platform doesn't send so."""

    part: str
    """line, header or body"""
    name: str
    """The header's name or the key's path; empty for the whole part."""
    sentence: str
    is_by_setting: bool = False
    """Whether the platform sends it where a setting asks for it."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What a platform's requests to a custom LLM have in common."""

    label: str
    ends_in_route: bool
    """Whether the path always ends in /chat/completions."""
    headers: frozenset[str]
    """Lower-case names of the headers that it writes itself, beside those of any client."""
    header_prefixes: tuple[str, ...]
    headers_setting: str
    """Where further headers of its requests are set."""
    keys: frozenset[str]
    """The keys of the body that it writes itself."""
    withheld_keys: frozenset[str]
    """Keys that it doesn't send, whatever the settings."""
    keys_setting: str
    """Where further keys of the body are set."""
    roles: frozenset[str]
    message_keys: frozenset[str]
    """The keys of a message."""


def first_departures(departures: Iterable[Departure]) -> tuple[list[Departure], bool]:
    """Return the first MOST_DEPARTURES, and whether these are all."""
    first = list(islice(departures, MOST_DEPARTURES + 1))
    return first[:MOST_DEPARTURES], len(first) <= MOST_DEPARTURES


def line_departures(received: ExaminedRequest, habits: Habits) -> Iterator[Departure]:
    if received.method != "POST":
        yield Departure("line", "", f"{_short(received.method)}: {habits.label} sends POST requests only.")
    elif habits.ends_in_route and not has_route(received.target):
        yield Departure("line", "", f"The path does not end in {ROUTE}, where {habits.label} calls.")


def header_departures(received: ExaminedRequest, habits: Habits) -> Iterator[Departure]:
    """Yield the departures of the content's type, and of each header that the platform doesn't write itself."""
    types = received.values("content-type")
    if not types or types[0].partition(";")[0].strip().lower() != "application/json":
        sentence = f"Content-Type is not application/json, which {habits.label} sends."
        yield Departure("header", "content-type", sentence)
    for name in dict.fromkeys(name.lower() for name, _ in received.headers):
        if name == "cookie":
            yield Departure("header", name, f"cookie is not sent by {habits.label}.")
        elif not _is_known(name, habits):
            sentence = f"{_short(name)} is sent by {habits.label} only where {habits.headers_setting} has it."
            yield Departure("header", name, sentence, is_by_setting=True)


def _is_known(name: str, habits: Habits) -> bool:
    if name in habits.headers or name in _CLIENT_HEADERS or name in _PROXY_HEADERS:
        return True
    return name.startswith((*habits.header_prefixes, *_PROXY_HEADER_PREFIXES))


def body_departures(received: ExaminedRequest, habits: Habits) -> Iterator[Departure]:
    if not received.has_whole_body:
        return
    body = received.document
    if body is None:
        yield Departure("body", "", f"The body is no JSON object, which {habits.label} sends.")
        return
    if not isinstance(body.get("model"), str) or not body["model"]:
        yield Departure("body", "model", f"model is no text: {habits.label} always names one.")
    if body.get("stream") is not True:
        yield Departure("body", "stream", f"stream is not true: {habits.label} always asks for a stream.")
    for key in body:
        yield from _key_departures(key, habits)
    yield from _message_departures(body, habits)


def _key_departures(key: str, habits: Habits) -> Iterator[Departure]:
    if key in habits.withheld_keys:
        yield Departure("body", key, f"{key} is not sent by {habits.label}.")
    elif key not in habits.keys and key.lower() in habits.keys:
        sentence = f"{_short(key)} is another key than {key.lower()}, which {habits.label} sends: letter case counts."
        yield Departure("body", key, sentence)
    elif key not in habits.keys:
        sentence = f"{_short(key)} is sent by {habits.label} only where {habits.keys_setting} has it."
        yield Departure("body", key, sentence, is_by_setting=True)


def _message_departures(body: Json, habits: Habits) -> Iterator[Departure]:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        yield Departure(
            "body", "messages", f"messages is no list with a message, which {habits.label} sends."
        )
        return
    places: dict[str, list[int]] = {}
    for place, message in enumerate(messages):
        for fault in _faults(message, habits):
            places.setdefault(fault, []).append(place)
    for fault, where in places.items():
        yield Departure("body", f"messages[{where[0]}]", f"{_places_in_words(where)} {fault}")


def _faults(message: Any, habits: Habits) -> Iterator[str]:
    if not isinstance(message, dict):
        yield "is no object."
        return
    role = message.get("role")
    if not isinstance(role, str) or role not in habits.roles:
        yield f"has a role that {habits.label} does not send ({_short(str(role))})."
    elif not isinstance(message.get("content"), str):
        yield f"has a content that is no text: {habits.label} sends texts."
    more = sorted(key for key in message if key not in habits.message_keys)
    if more:
        yield f"has {_short(', '.join(more))} beside {' and '.join(sorted(habits.message_keys, reverse=True))}."


def _places_in_words(places: list[int]) -> str:
    more = len(places) - 1
    return f"messages[{places[0]}]" + (f" (and {more} more)" if more else "")


def _short(text: str) -> str:
    return text if len(text) <= _NAME_CHARS else f"{text[:_NAME_CHARS]}…"
