"""Has a conversation go on with its persona's newest version."""

from django.db import transaction

from playground.engine.errors.codes import Code, CommandError
from playground.models import Conversation
from playground.storage.open_turn import ENDED
from playground.storage.start_again import options_again
from playground.storage.start_conversation import default_replica_of, greeting_of, newest_version
from playground.storage.used_versions import go_on_with


@transaction.atomic
def go_on_with_newest(conversation_id: str) -> None:
    """Have the conversation use the newest version from its next turn on; one that is open keeps its own.

    Raises CommandError (bad_message) in an ended conversation, and Conversation.DoesNotExist.
    """
    locked = Conversation.objects.select_for_update(of=("self",))
    conversation = locked.select_related("persona_version__persona").get(pk=conversation_id)
    persona = conversation.persona_version.persona
    if conversation.status != Conversation.Status.ACTIVE:
        raise CommandError(Code.BAD_MESSAGE, ENDED)
    if persona is None:
        return
    version = newest_version(persona)
    if version == conversation.persona_version:
        return
    own = options_again(conversation)
    conversation.replica_id = own.replica_id or default_replica_of(version.document)
    conversation.custom_greeting = own.custom_greeting or greeting_of(version.document)
    conversation.save(update_fields=["replica_id", "custom_greeting"])
    go_on_with(conversation, version)
