"""The next request's history after an interrupt, under each policy."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from playground.engine.history import History, Message, PastTurn, build_history, messages_of_turn
from playground.engine.json_text import json_bytes
from playground.engine.persona import InterruptHistory, PersonaSettings
from playground.engine.platforms.platform import Platform


@dataclass(frozen=True, slots=True)
class PolicyHistory:
    """What the next request has of the newest past turn under ``policy``."""

    policy: InterruptHistory
    messages: list[Message]
    earlier: int
    """How many messages stand before them."""
    size_bytes: int
    """The size of all messages as JSON, without what the user says next."""


def policy_histories(
    persona: PersonaSettings,
    *,
    platform: Platform,
    conversational_context: str,
    initial: Sequence[Message],
    past: Sequence[PastTurn],
) -> list[PolicyHistory]:
    """Return the histories of a request whose newest past turn was interrupted."""

    def history(policy: InterruptHistory) -> PolicyHistory:
        made = build_history(
            replace(persona, interrupt_history=policy),
            platform=platform,
            conversational_context=conversational_context,
            initial=initial,
            past=past,
            user_text="",
        )
        own = messages_of_turn(past[-1], policy, with_tools=platform.keeps_tool_messages)
        return _split(made, policy, len(own))

    return [history(policy) for policy in InterruptHistory]


def _split(history: History, policy: InterruptHistory, own: int) -> PolicyHistory:
    """Part the newest turn's messages from those before them; a platform's window may have left some out."""
    messages = history.messages[:-1]
    system = 1 if history.origins else 0
    earlier = max(system, len(messages) - own)
    return PolicyHistory(policy, messages[earlier:], earlier, len(json_bytes(messages)))
