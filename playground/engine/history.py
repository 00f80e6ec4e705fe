"""Builds the messages of a request: the system message, past turns, and the user's new text.

The platform decides which of them it keeps, and whether the system message comes first.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from playground.engine.events import ToolCall, TurnKind, TurnStatus
from playground.engine.persona import InterruptHistory, PersonaSettings
from playground.engine.platforms.platform import Platform
from playground.engine.prompt import Origin, compose_system_message

Message = dict[str, Any]

INTERRUPTED_MARK = " [interrupted by the user]"
TOO_LONG_MARK = " [cut off]"


@dataclass(frozen=True, slots=True)
class PastTurn:
    """A closed turn, as far as the history needs it. ``tool_results`` holds outputs by tool call id."""

    kind: TurnKind
    status: TurnStatus
    user_text: str = ""
    text: str = ""
    heard_text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_results: Mapping[str, str] = field(default_factory=dict)
    is_too_long: bool = False
    """It was cut as longer than the persona allows, and not by the user."""


@dataclass(frozen=True, slots=True)
class History:
    messages: list[Message]
    origins: tuple[Origin, ...]
    """The origins of the first message's parts if it is the composed system message, else empty."""


def build_history(
    persona: PersonaSettings,
    *,
    platform: Platform,
    conversational_context: str,
    initial: Sequence[Message],
    past: Sequence[PastTurn],
    user_text: str | None,
) -> History:
    """Return the ``messages`` of a request.

    ``user_text`` is the user's new text, or None for a continuation, whose last past turn has the answered calls. The
    result is always a valid history: it contains a tool call only with its result.
    """
    is_continuation = user_text is None
    session = list(initial)
    for place, turn in enumerate(past):
        with_tools = platform.keeps_tool_messages or (is_continuation and place >= _chain_start(past))
        session += messages_of_turn(turn, persona.interrupt_history, with_tools=with_tools)
    if user_text is not None:
        session.append({"role": "user", "content": user_text})
    session = platform.window(session, persona.llm)
    system = compose_system_message(persona.system_prompt, persona.context, conversational_context)
    if not system.text or not platform.has_prompt(persona.llm):
        return History(session, ())
    return History([{"role": "system", "content": system.text}, *session], system.origins)


def _chain_start(past: Sequence[PastTurn]) -> int:
    """Return the index at which the chain of tool rounds that a continuation extends begins."""
    start = len(past) - 1
    while start > 0 and past[start].kind is TurnKind.CONTINUATION:
        start -= 1
    return start


def messages_of_turn(turn: PastTurn, policy: InterruptHistory, *, with_tools: bool) -> list[Message]:
    """Return what a history has of a turn under a policy; ``with_tools``: its answered calls too."""
    messages: list[Message] = []
    if turn.user_text:
        messages.append({"role": "user", "content": turn.user_text})
    answered = [call for call in turn.tool_calls if call.id in turn.tool_results] if with_tools else []
    answer = _answer_text(turn, policy)
    if answered:
        messages.append(
            {"role": "assistant", "content": answer or None, "tool_calls": [_call(call) for call in answered]}
        )
        messages += [
            {"role": "tool", "tool_call_id": call.id, "content": turn.tool_results[call.id]}
            for call in answered
        ]
    elif answer:
        messages.append({"role": "assistant", "content": answer})
    return messages


def _answer_text(turn: PastTurn, policy: InterruptHistory) -> str:
    if turn.status is TurnStatus.COMPLETED:
        return turn.text
    if turn.status is TurnStatus.FAILED:
        return turn.heard_text
    mark = TOO_LONG_MARK if turn.is_too_long else INTERRUPTED_MARK
    match policy:
        case InterruptHistory.FULL:
            return turn.text
        case InterruptHistory.MARKED:
            return turn.heard_text + mark if turn.heard_text else ""
        case InterruptHistory.DROP:
            return ""
        case InterruptHistory.HEARD:
            return turn.heard_text


def _call(call: ToolCall) -> Message:
    arguments = call.arguments if call.valid else "{}"
    own: Message = json.loads(call.extra) if call.extra else {}
    return {
        **own,
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": arguments or "{}"},
    }
