"""Permission to see a conversation or an inspector: only one's own, by a query that finds no one else's.

Admins see everyone's inspectors.
"""

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from personas.models import PersonaVersion
from playground.models import Conversation, Inspector, Turn
from playground.models.inspector import SEE_EVERYONES as SEE_EVERYONES_INSPECTORS

START = "playground.add_conversation"
READ = "playground.view_conversation"
DELETE = "playground.delete_conversation"
END = "playground.change_conversation"
EDIT_PERSONA = "personas.change_persona"
MAKE_INSPECTOR = "playground.add_inspector"
READ_INSPECTOR = "playground.view_inspector"
CHANGE_INSPECTOR = "playground.change_inspector"
DELETE_INSPECTOR = "playground.delete_inspector"
USE_SECRETS = "personas.change_tokensecret"
"""Whose holder may switch on that an inspector uses a token secret."""


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

    Raises PermissionDenied, and Http404 for an unknown one, a deleted one and another user's alike.
    """
    user = permitted(request, permission)
    conversations = Conversation.of(user).select_related("persona_version__persona")
    return get_object_or_404(conversations, pk=conversation_id)


def own_turn_or_404(request: HttpRequest, turn_id: str, permission: str) -> Turn:
    """Return a turn of one of the user's own conversations. Raises PermissionDenied, Http404."""
    user = permitted(request, permission)
    return get_object_or_404(Turn, pk=turn_id, conversation__in=Conversation.of(user))


def visible_inspectors(user: User) -> QuerySet[Inspector]:
    """Return the inspectors that the user made; for admins everyone's."""
    if user.has_perm(f"playground.{SEE_EVERYONES_INSPECTORS}"):
        return Inspector.objects.all()
    return Inspector.objects.filter(maker=user)


def inspector_or_404(request: HttpRequest, inspector_id: str, permission: str) -> Inspector:
    """Return an inspector that the user may see. Raises PermissionDenied, and Http404 for any other."""
    user = permitted(request, permission)
    return get_object_or_404(visible_inspectors(user), pk=inspector_id)
