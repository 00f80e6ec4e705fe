"""What in a received request is unlike Tavus: its custom LLM page, and the persona's LLM layer."""

import re
from collections.abc import Iterator
from typing import Any

from playground.engine.examined_request import ExaminedRequest
from playground.engine.platforms.departures import (
    Departure,
    Habits,
    body_departures,
    header_departures,
    line_departures,
)
from playground.engine.platforms.request_parts import IGNORED_PARAMETERS

_KEYS = frozenset({"model", "messages", "stream", "tools"})
HABITS = Habits(
    label="Tavus",
    ends_in_route=True,
    headers=frozenset({"authorization", "conversation_id"}),
    header_prefixes=("x-stainless-", "openai-"),
    headers_setting="layers.llm.headers",
    keys=_KEYS,
    withheld_keys=IGNORED_PARAMETERS - _KEYS,
    keys_setting="layers.llm.extra_body",
    roles=frozenset({"system", "user", "assistant"}),
    message_keys=frozenset({"role", "content"}),
)
"""Tavus, "Launch a Conversation": the OpenAI client's ``create(model, messages, extra_headers, stream, tools)``."""
_SNAKE_CASE = re.compile(r"[a-z0-9_]+")


def departures(received: ExaminedRequest) -> Iterator[Departure]:
    yield from line_departures(received, HABITS)
    if received.method != "POST":
        return
    yield from _conversation_header_departures(received)
    yield from _key_departures(received)
    yield from header_departures(received, HABITS)
    yield from body_departures(received, HABITS)
    yield from _prompt_departures(received.messages())
    yield from _tool_departures((received.document or {}).get("tools"))


def _conversation_header_departures(received: ExaminedRequest) -> Iterator[Departure]:
    """The header's exact spelling is not documented: another one is said to be another spelling."""
    if received.values("conversation_id"):
        return
    others = [name for name, _ in received.headers if name.lower().replace("-", "_") == "conversation_id"]
    if others:
        sentence = f"{others[0]} is written conversation_id on Tavus' page."
    else:
        sentence = "There is no conversation_id header, in which Tavus gives the conversation's id."
    yield Departure("header", "conversation_id", sentence)


def _key_departures(received: ExaminedRequest) -> Iterator[Departure]:
    values = received.values("authorization")
    if not values:
        yield Departure(
            "header", "authorization", "There is no Authorization header, in which Tavus sends api_key."
        )
    elif not values[0].lower().startswith("bearer "):
        yield Departure(
            "header", "authorization", "Authorization does not begin with Bearer, as Tavus sends api_key."
        )


def _prompt_departures(messages: list[Any] | None) -> Iterator[Departure]:
    """Tavus, "LLM Abstractions": the prompt's parts populate the initial system message, every time."""
    first = messages[0] if messages else None
    if isinstance(first, dict) and first.get("role") != "system":
        sentence = "messages does not begin with the system message, as Tavus sends the persona's prompt."
        yield Departure("body", "messages[0]", sentence)


def _tool_departures(tools: Any) -> Iterator[Departure]:
    """Tavus, "LLM tool": a function's name is in snake case."""
    for place, tool in enumerate(tools if isinstance(tools, list) else ()):
        function = tool.get("function") if isinstance(tool, dict) else None
        name = function.get("name") if isinstance(function, dict) else None
        path = f"tools[{place}].function.name"
        if not isinstance(name, str):
            yield Departure("body", path, f"tools[{place}] names no function.")
        elif not _SNAKE_CASE.fullmatch(name):
            yield Departure("body", path, f"{path} is not in snake_case, as Tavus asks.")
