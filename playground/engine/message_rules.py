"""The rules for a request's ``messages`` (OpenAI, chat completions), checked before they are sent.

Histories that Greenroom builds obey them; a script's own messages, given when a conversation starts, may not.
"""

from collections.abc import Mapping, Sequence
from typing import Any

ROLES = frozenset({"system", "developer", "user", "assistant", "tool"})
_SPEAKERS = ROLES - {"tool"}


def broken_rule(messages: Sequence[Mapping[str, Any]]) -> str | None:
    """Return a sentence about the first broken rule and its message (counted from 1); None if there is none."""
    if not messages:
        return "There is no message to send."
    pending_ids: set[str] = set()
    for number, message in enumerate(messages, start=1):
        if not pending_ids and _is_spoken_text(message):
            continue
        fault = _fault(message, pending_ids)
        if fault is not None:
            return f"Message {number} {fault}"
        pending_ids = _still_asked(message, pending_ids)
    if pending_ids:
        return f"The call {min(pending_ids)} has no result: a tool message must answer each call."
    return None


def _is_spoken_text(message: Mapping[str, Any]) -> bool:
    """Return whether it is a text without calls, which breaks no rule: a long history has hardly anything else."""
    is_text = isinstance(message.get("content"), str) and "tool_calls" not in message
    return is_text and message.get("role") in _SPEAKERS


def _fault(message: Mapping[str, Any], pending_ids: set[str]) -> str | None:
    role = message.get("role")
    if role not in ROLES:
        return "has no role that a chat completion knows (system, developer, user, assistant, tool)."
    if role == "tool":
        return _tool_fault(message, pending_ids)
    if pending_ids:
        return f"comes before the result of the call {min(pending_ids)}: tool messages must follow their calls at once."
    if role == "assistant":
        return _assistant_fault(message)
    return None if _has_content(message) else "has no content: it must be a text, or a list of parts."


def _tool_fault(message: Mapping[str, Any], pending_ids: set[str]) -> str | None:
    if message.get("tool_call_id") not in pending_ids:
        return "is the result of a call that the assistant message before it does not make, or has already."
    return None if isinstance(message.get("content"), str | list) else "is a tool result without content."


def _assistant_fault(message: Mapping[str, Any]) -> str | None:
    calls = message.get("tool_calls")
    if calls is None:
        return None if _has_content(message) else "is an assistant message with neither content nor calls."
    if not isinstance(calls, list) or not calls:
        return "has tool_calls that are no list, or an empty one."
    ids = [call.get("id") for call in calls if isinstance(call, Mapping)]
    if len(ids) < len(calls) or not all(isinstance(call_id, str) and call_id for call_id in ids):
        return "makes a call without an id."
    if len(set(ids)) < len(ids):
        return "makes two calls with the same id."
    if not all(_is_named(call) for call in calls):
        return "makes a call without a function name."
    return None


def _still_asked(message: Mapping[str, Any], pending_ids: set[str]) -> set[str]:
    if message["role"] == "tool":
        return pending_ids - {message["tool_call_id"]}
    return (
        {call["id"] for call in message.get("tool_calls") or ()} if message["role"] == "assistant" else set()
    )


def _has_content(message: Mapping[str, Any]) -> bool:
    content = message.get("content")
    return isinstance(content, str) or (isinstance(content, list) and bool(content))


def _is_named(call: Mapping[str, Any]) -> bool:
    function = call.get("function")
    return isinstance(function, Mapping) and isinstance(function.get("name"), str) and bool(function["name"])
