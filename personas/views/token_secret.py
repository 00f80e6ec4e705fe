"""A token secret by its name: leads to its page in the admin, where it has its value and its hosts."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from personas.importing import ADD_SECRET
from personas.models import TokenSecret
from personas.views.access import permitted

VIEW_SECRET = "personas.view_tokensecret"


@require_safe
def token_secret(request: HttpRequest, name: str) -> HttpResponse:
    """Redirect to the secret, to a new one with this name if there is none, or to the list of those there are."""
    user = permitted(request, VIEW_SECRET)
    secret = TokenSecret.objects.filter(name=name).only("pk").first()
    if secret is not None:
        return redirect("admin:personas_tokensecret_change", secret.pk)
    if user.has_perm(ADD_SECRET):
        return redirect(f"{reverse('admin:personas_tokensecret_add')}?{urlencode({'name': name})}")
    return redirect("admin:personas_tokensecret_changelist")
