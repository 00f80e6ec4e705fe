"""Conversations, their turns, completions and changes of context, and the version of everyone's rights."""

from playground.models.completion import Completion
from playground.models.context_change import ContextChange
from playground.models.conversation import Conversation
from playground.models.rights_version import RightsVersion
from playground.models.turn import Turn

__all__ = ["Completion", "ContextChange", "Conversation", "RightsVersion", "Turn"]
