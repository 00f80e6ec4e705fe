"""The options with which a conversation goes on, or is started again: its own, without those that its version gave."""

from playground.models import Conversation
from playground.storage.start_conversation import ConversationOptions, default_replica_of, greeting_of


def options_again(conversation: Conversation) -> ConversationOptions:
    """Return the conversation's options; the newest version gives its own greeting and replica anew.

    It sends callbacks only if this one did: no form says here what would be sent where.
    """
    document = conversation.persona_version.document
    return ConversationOptions(
        conversation_name=conversation.conversation_name,
        conversational_context=conversation.conversational_context,
        replica_id=_own(conversation.replica_id, default_replica_of(document)),
        callback_url=conversation.callback_url,
        sends_callbacks=conversation.sends_callbacks,
        custom_greeting=_own(conversation.custom_greeting, greeting_of(document)),
        initial_messages=conversation.initial_messages,
        stand_in=conversation.stand_in,
        properties=conversation.properties,
        interrupt_history=conversation.interrupt_history,
    )


def _own(value: str, of_version: str) -> str:
    return "" if value == of_version else value
