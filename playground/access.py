"""Permission to see a conversation: only its owner, by a query that finds no one else's."""

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from personas.models import PersonaVersion
from playground.models import Conversation, Turn

START = "playground.add_conversation"
READ = "playground.view_conversation"
END = "playground.change_conversation"
EDIT_PERSONA = "personas.change_persona"


def permitted(request: HttpRequest, *permissions: str) -> User:
    """Return the signed-in user. Raises PermissionDenied without all of the permissions."""
    user = request.user
    if not isinstance(user, User) or not user.has_perms(permissions):
        raise PermissionDenied
    return user


def may_edit_persona(request: HttpRequest, version: PersonaVersion) -> bool:
    """Whether the user may edit the version's persona, and the persona still exists."""
    return version.persona_id is not None and permitted(request).has_perm(EDIT_PERSONA)


def own_conversation_or_404(request: HttpRequest, conversation_id: str, permission: str) -> Conversation:
    """Return the user's own conversation.

    Raises PermissionDenied, and Http404 for an unknown one and another user's alike.
    """
    user = permitted(request, permission)
    conversations = Conversation.objects.select_related("persona_version__persona")
    return get_object_or_404(conversations, pk=conversation_id, owner=user)


def own_turn_or_404(request: HttpRequest, turn_id: str, permission: str) -> Turn:
    """Return a turn of one of the user's own conversations. Raises PermissionDenied, Http404."""
    user = permitted(request, permission)
    return get_object_or_404(Turn, pk=turn_id, conversation__owner=user)
