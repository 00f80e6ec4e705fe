"""Renders the start page for each of its forms: the personas, the options, the user's own endpoint, the paste box."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from personas.endpoints import SYSTEM_PROMPT, routes_added
from personas.importing import ADD_SECRET
from personas.pasted import pasted_messages, take_options
from playground.access import START, permitted
from playground.engine.json_text import json_bytes
from playground.storage.start_conversation import CHOICES_SHOWN, choices_for
from playground.views.forms import ConversationOptionsForm, EndpointForm, PasteForm

ADD_PERSONA = "personas.add_persona"
VIEW_PERSONA = "personas.view_persona"


def render_start_page(
    request: HttpRequest,
    *,
    chosen_id: str = "",
    options: ConversationOptionsForm | None = None,
    endpoint: EndpointForm | None = None,
    paste: PasteForm | None = None,
) -> HttpResponse:
    """Return the page with these forms, new ones by default; 422 if one of them has errors."""
    user = permitted(request, START)
    choices = choices_for(user, chosen_id) if user.has_perm(VIEW_PERSONA) else []
    pasted_options = {} if options else take_options(request)
    refused = any(form is not None and form.errors for form in (options, endpoint, paste))
    context = {
        "choices": choices,
        "shows_all": len(choices) < CHOICES_SHOWN,
        "chosen_id": chosen_id,
        "options": options or ConversationOptionsForm(initial=pasted_options),
        "options_are_open": options is not None or bool(pasted_options),
        "endpoint_prompt": SYSTEM_PROMPT,
        "routes_added": json_bytes(routes_added()).decode(),
        "endpoint": endpoint or EndpointForm(user=user),
        "paste": paste or PasteForm(),
        "may_add_persona": user.has_perm(ADD_PERSONA),
        "may_add_secret": user.has_perm(ADD_SECRET),
        "pasted_messages": len(pasted_messages(request, chosen_id)),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK
    return render(request, "playground/start.html", context, status=status)
