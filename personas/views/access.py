"""Permission checks: every view of this app begins with one of these."""

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from personas.models import FillerConfig, Persona


def permitted(request: HttpRequest, permission: str) -> User:
    """Return the signed-in user. Raises PermissionDenied without the permission (``app_label.codename``)."""
    user = request.user
    if not isinstance(user, User) or not user.has_perm(permission):
        raise PermissionDenied
    return user


def persona_or_404(request: HttpRequest, persona_id: str, permission: str) -> Persona:
    """Return the persona. Raises PermissionDenied, and Http404 for an unknown id."""
    permitted(request, permission)
    personas = Persona.objects.select_related("token_secret", "filler_config", "tts_token_secret")
    return get_object_or_404(personas, pk=persona_id)


def filler_config_or_404(request: HttpRequest, pk: int, permission: str) -> FillerConfig:
    """Return the filler config. Raises PermissionDenied, and Http404 for an unknown key."""
    permitted(request, permission)
    return get_object_or_404(FillerConfig, pk=pk)
