"""What changed between two received requests: line, headers, keys of the body, and which messages came and went.

The cost is linear in the requests' length, whatever they hold.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playground.engine.common_beginning import common_beginning
from playground.engine.examined_request import ExaminedRequest, text_of
from playground.engine.json_types import Json
from playground.engine.request import LLMRequest
from playground.engine.request_difference import (
    MOST_DIFFERENCES,
    SHOWN_CHARS,
    Difference,
    differences,
    value_differences,
)

MOST_MESSAGES = 50
"""How many of the messages that came, and of those that went, are shown."""


@dataclass(frozen=True, slots=True)
class MovedMessage:
    """A message that only one of the requests has; ``place`` counts from 0 in that request."""

    place: int
    role: str
    text: str


@dataclass(frozen=True, slots=True)
class MessageChanges:
    kept: int
    """How many messages both have, in the same order."""
    dropped: tuple[MovedMessage, ...]
    added: tuple[MovedMessage, ...]
    dropped_count: int
    added_count: int
    """The number of all added messages, including those that aren't shown; so is ``dropped_count``."""


@dataclass(frozen=True, slots=True)
class Comparison:
    differences: tuple[Difference, ...]
    """``own`` is the earlier request's value, ``other`` the later one's."""
    is_whole: bool
    messages: MessageChanges | None
    """None where a request has no list of messages."""

    @property
    def is_empty(self) -> bool:
        messages = self.messages
        return not self.differences and not (messages and (messages.dropped_count or messages.added_count))


def compare_requests(before: ExaminedRequest, after: ExaminedRequest) -> Comparison:
    """Return what changed from one request to the other."""
    earlier, later = before.messages(), after.messages()
    if earlier is None or later is None:
        changed, changes = differences(_whole(before), _whole(after)), None
    else:
        changed = differences(_without_messages(before), _without_messages(after))
        changed_in_place, changes = _message_changes(earlier, later)
        changed += changed_in_place
    return Comparison(tuple(changed[:MOST_DIFFERENCES]), len(changed) <= MOST_DIFFERENCES, changes)


def _whole(received: ExaminedRequest) -> LLMRequest:
    return _as_request(received, received.document or ({"": received.text} if received.text else {}))


def _without_messages(received: ExaminedRequest) -> LLMRequest:
    body = {key: value for key, value in (received.document or {}).items() if key != "messages"}
    return _as_request(received, body)


def _as_request(received: ExaminedRequest, body: Json) -> LLMRequest:
    line = f"{received.method} {received.target}"
    headers = tuple(header for header in received.headers if header[0].lower() != "content-length")
    return LLMRequest(received.method, line, headers, body)


def _message_changes(earlier: Sequence[Any], later: Sequence[Any]) -> tuple[list[Difference], MessageChanges]:
    """Return the differences of messages that changed in their place, and the messages that came and went."""
    before, after = [_key(message) for message in earlier], [_key(message) for message in later]
    begin = common_beginning(before, after)
    end = common_beginning(before[begin:][::-1], after[begin:][::-1])
    old, new = before[begin : len(before) - end], after[begin : len(after) - end]
    carried = _carried(old, new)
    kept = begin + end + carried
    dropped = earlier[begin : len(before) - end - carried]
    added = later[begin + carried : len(after) - end]
    if carried == 0 and _have_the_same_roles(dropped, added):
        changed: list[Difference] = []
        for place, (own, other) in enumerate(zip(dropped, added, strict=True), start=begin):
            if len(changed) <= MOST_DIFFERENCES:
                changed += value_differences(own, other, f"messages[{place}]")
        return changed, MessageChanges(kept, (), (), 0, 0)
    changes = MessageChanges(
        kept, _moved(dropped, begin), _moved(added, begin + carried), len(dropped), len(added)
    )
    return [], changes


def _key(message: Any) -> str:
    return json.dumps(message, sort_keys=True)


def _carried(old: Sequence[str], new: Sequence[str]) -> int:
    """Return how many last members of ``old`` are the first ones of ``new``: a window of the last messages has moved.

    Knuth, Morris and Pratt's failure function of ``new``, run over ``old``.
    """
    if not old or not new:
        return 0
    fallback = [0] * len(new)
    length = 0
    for place in range(1, len(new)):
        while length and new[place] != new[length]:
            length = fallback[length - 1]
        length += new[place] == new[length]
        fallback[place] = length
    length = 0
    for message in old:
        while length and (length == len(new) or message != new[length]):
            length = fallback[length - 1]
        length += message == new[length]
    return length


def _have_the_same_roles(first: Sequence[Any], second: Sequence[Any]) -> bool:
    return [_role(message) for message in first] == [_role(message) for message in second]


def _moved(messages: Sequence[Any], begin: int) -> tuple[MovedMessage, ...]:
    return tuple(
        MovedMessage(place, _role(message), _text(message))
        for place, message in enumerate(messages[:MOST_MESSAGES], start=begin)
    )


def _role(message: Any) -> str:
    return str(message.get("role", ""))[:SHOWN_CHARS] if isinstance(message, dict) else ""


def _text(message: Any) -> str:
    """Return how the message's text begins, or its JSON without one."""
    text = text_of(message.get("content")) if isinstance(message, dict) else ""
    text = text or json.dumps(message, ensure_ascii=False)
    return text if len(text) <= SHOWN_CHARS else f"{text[:SHOWN_CHARS]}…"
