"""Conversations and what lists tell of them, turns, completions, callbacks, inspectors, and everyone's rights."""

from playground.models.callback import Callback
from playground.models.callback_key import CallbackKey
from playground.models.callers_wait import CallersWait
from playground.models.completion import Completion
from playground.models.context_change import ContextChange
from playground.models.conversation import Conversation
from playground.models.conversation_summary import ConversationSummary, DrawnWait
from playground.models.conversation_tag import ConversationTag
from playground.models.inspected_request import InspectedRequest
from playground.models.inspector import Inspector
from playground.models.persona_counts import PersonaCounts
from playground.models.rights_version import RightsVersion
from playground.models.turn import Turn
from playground.models.used_version import UsedVersion

__all__ = [
    "Callback",
    "CallbackKey",
    "CallersWait",
    "Completion",
    "ContextChange",
    "Conversation",
    "ConversationSummary",
    "ConversationTag",
    "DrawnWait",
    "InspectedRequest",
    "Inspector",
    "PersonaCounts",
    "RightsVersion",
    "Turn",
    "UsedVersion",
]
