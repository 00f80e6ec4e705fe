"""Saves a tool call's result, typed on the conversation's page, as a mock of its persona."""

from http import HTTPStatus

from asgiref.sync import sync_to_async
from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from personas.row_limits import TooManyRowsError
from playground.access import EDIT_PERSONA, START, own_turn_or_404, permitted
from playground.engine.errors.codes import CommandError
from playground.models import Turn
from playground.realtime.commands import OUTPUT_CHARS
from playground.runner import runner
from playground.tools.save_mock import SavedMock, save_mock

CONDITIONS = 100
"""The most arguments that one mock may have conditions on."""
TOO_MANY_CONDITIONS = f"A mock may have conditions on {CONDITIONS} arguments at the most."


class ToolMockForm(forms.Form):
    """A call and its result; the fields ``when`` name the arguments that later calls must have alike."""

    tool_call_id = forms.CharField(max_length=256)
    output = forms.CharField(
        max_length=OUTPUT_CHARS,
        strip=False,
        error_messages={
            "required": "Write the result first.",
            "max_length": "The result is too long: %(show_value)d characters, and a mock may have %(limit_value)d.",
            "null_characters_not_allowed": "The result holds a NUL character: take it out.",
        },
    )


@require_POST
async def tool_mock(request: HttpRequest, turn_id: str) -> HttpResponse:
    """Return ``{message}``: which version has the mock, or with 422 why it was not saved."""
    turn, saved = await sync_to_async(_save)(request, turn_id)
    if isinstance(saved, str):
        return JsonResponse({"message": saved}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    await runner().show_anew(turn.conversation_id)
    return JsonResponse({"message": _message(saved)})


def _save(request: HttpRequest, turn_id: str) -> tuple[Turn, SavedMock | str]:
    """Return the turn, and the saved mock or the sentence that says why it was not saved."""
    user = permitted(request, EDIT_PERSONA)
    turn = own_turn_or_404(request, turn_id, START)
    form = ToolMockForm(request.POST)
    conditions = request.POST.getlist("when")
    if not form.is_valid():
        return turn, " ".join(str(sentence) for sentences in form.errors.values() for sentence in sentences)
    if len(conditions) > CONDITIONS:
        return turn, TOO_MANY_CONDITIONS
    given = form.cleaned_data
    try:
        return turn, save_mock(turn, given["tool_call_id"], given["output"], conditions, by=user)
    except (CommandError, TooManyRowsError) as error:
        return turn, error.message


def _message(saved: SavedMock) -> str:
    if saved.is_used_here:
        return f"Saved in version {saved.version}, which goes on here: the next call that fits is answered by it."
    return f"Saved in version {saved.version}: start again with it to use the mock."
