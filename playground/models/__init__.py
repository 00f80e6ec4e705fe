"""Conversations, turns and completions."""

from playground.models.completion import Completion
from playground.models.conversation import Conversation
from playground.models.turn import Turn

__all__ = ["Completion", "Conversation", "Turn"]
