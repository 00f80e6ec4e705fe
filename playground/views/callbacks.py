"""Callbacks: what was told to whom and how it went, sending one again, and the keys that sign them."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from personas.row_limits import TooManyRowsError
from playground.access import (
    END,
    READ,
    READ_INSPECTOR,
    own_conversation_or_404,
    permitted,
    visible_inspectors,
)
from playground.engine.addresses.address import AddressError, parse_address
from playground.inspectors.addresses import inspectors_at
from playground.models import Callback, Inspector
from playground.storage.callback_keys import make_key, signing_receivers, stop_signing
from playground.storage.callback_list import callbacks_of, counts_of, shown_callbacks
from playground.storage.conversation_labels import first_user_text
from playground.storage.sending_again import send_again

CALLBACKS_ON_A_PAGE = 30
UNDER_WAY = "It is being sent at this moment: look again in a minute."


class ReceiverForm(forms.Form):
    """The receiver whose callbacks are to be signed, by any of its addresses."""

    address = forms.CharField(
        label="The receiver's address",
        max_length=2_000,
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://", "spellcheck": "false"}),
        help_text="Scheme, host and port count: whatever your conversations tell that server is signed from then on.",
    )

    def clean_address(self) -> str:
        """Return the receiver as `CallbackKey.endpoint`."""
        try:
            address = parse_address(self.cleaned_data["address"].strip())
        except AddressError as error:
            raise ValidationError(error.message) from None
        if address.is_own:
            raise ValidationError("Give a whole address that begins with https://.")
        return address.entry


@require_safe
def callback_list(request: HttpRequest) -> HttpResponse:
    """The user's callbacks, of ``?conversation=`` and ``?state=`` if these are given."""
    user = permitted(request, READ)
    conversation_id = request.GET.get("conversation", "")
    conversation = own_conversation_or_404(request, conversation_id, READ) if conversation_id else None
    state = request.GET.get("state", "") if request.GET.get("state") in Callback.State else ""
    callbacks = callbacks_of(user, conversation_id=conversation_id, state=state).order_by("-pk")
    page = Paginator(callbacks.values_list("pk", flat=True), CALLBACKS_ON_A_PAGE).get_page(
        request.GET.get("page", "1")
    )
    counts = counts_of(user, conversation_id=conversation_id)
    shown = shown_callbacks(list(page.object_list))
    inspectors = visible_inspectors(user) if user.has_perm(READ_INSPECTOR) else Inspector.objects.none()
    receiving = inspectors_at({callback.url for callback in shown}, inspectors)
    context = {
        "page": page,
        "callbacks": [(callback, receiving.get(callback.url)) for callback in shown],
        "conversation": conversation,
        "first_words": first_user_text(conversation.pk) if conversation else "",
        "states": [
            {"value": value, "label": label, "count": counts.get(value, 0), "is_chosen": value == state}
            for value, label in Callback.State.choices
        ],
        "count": sum(counts.values()),
        "state": state,
        "are_on": settings.CALLBACKS,
        "kept_days": min(
            settings.CALLBACKS_KEPT_DAYS, settings.RETENTION_DAYS or settings.CALLBACKS_KEPT_DAYS
        ),
    }
    return render(request, "callbacks/list.html", context)


@require_POST
def callback_again(request: HttpRequest, webhook_id: str) -> HttpResponse:
    """Send it once more, to the same address, under the same id."""
    user = permitted(request, END)
    callback = get_object_or_404(Callback, webhook_id=webhook_id, owner=user)
    if send_again(callback.pk, timezone.now()):
        messages.success(request, f"{callback.event_type} is sent again.")
    else:
        messages.error(request, UNDER_WAY)
    listed, back = reverse("callbacks:list"), request.POST.get("back", "")
    return redirect(back if back.startswith(f"{listed}?") else listed)


@never_cache
@require_http_methods(["GET", "POST"])
@sensitive_variables("made")
def callback_keys(request: HttpRequest) -> HttpResponse:
    """The receivers whose callbacks are signed. POST makes a key, which is shown this once."""
    user = permitted(request, END)
    form = ReceiverForm(request.POST or None)
    made = None
    if request.method == "POST" and form.is_valid():
        try:
            made = make_key(user, form.cleaned_data["address"])
            form = ReceiverForm()
        except TooManyRowsError as error:
            form.add_error("address", error.message)
    context: dict[str, Any] = {"form": form, "made": made, "keys": signing_receivers(user, timezone.now())}
    return render(request, "callbacks/keys.html", context, status=422 if form.errors else 200)


@require_POST
def callback_keys_stop(request: HttpRequest) -> HttpResponse:
    """Sign the receiver's callbacks no more."""
    user = permitted(request, END)
    endpoint = request.POST.get("endpoint", "")
    stop_signing(user, endpoint)
    messages.success(request, f"What {endpoint} gets is no longer signed.")
    return redirect("callbacks:keys")
