"""Loads what the next request would have of an interrupted turn, under each policy."""

from personas.persona_fields import choices_of
from playground.engine.interrupt_histories import policy_histories
from playground.engine.json_types import Json
from playground.engine.platforms.registry import platform_named
from playground.models import Turn
from playground.storage.frozen_personas import persona_of
from playground.storage.past_turns import turns_between

POLICIES = dict(choices_of("interrupt_history"))
"""The labels of the policies, by their names."""


def interrupt_histories(turn: Turn) -> list[Json]:
    """Return ``[{policy, label, messages, earlier, size_bytes}]`` as if the user spoke next after this turn."""
    conversation = turn.conversation
    persona = persona_of(conversation)
    histories = policy_histories(
        persona,
        platform=platform_named(persona.llm.platform),
        conversational_context=conversation.conversational_context,
        initial=conversation.initial_messages,
        past=turns_between(conversation.pk, 0, turn.position + 1),
    )
    return [
        {
            "policy": str(history.policy),
            "label": POLICIES[history.policy],
            "messages": history.messages,
            "earlier": history.earlier,
            "size_bytes": history.size_bytes,
        }
        for history in histories
    ]
