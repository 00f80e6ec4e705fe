"""Saves the result of a tool call as a mock of the persona, for later calls of the function."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from personas.forms.declared import form_field
from personas.models import Persona, PersonaVersion
from personas.persona_fields import PERSONA_FIELDS
from personas.saving import save_persona
from playground.engine.errors.codes import Code, CommandError
from playground.engine.events import ToolCall
from playground.engine.json_types import Json
from playground.engine.tools.mocks import Mock, arguments_of, has_mock, with_mock
from playground.engine.user_json import LIMIT_BYTES, LIMIT_DEPTH, UserJsonError, parse_user_json
from playground.models import Conversation, Turn
from playground.storage.past_turns import tool_calls_of
from playground.storage.used_versions import go_on_with

UNKNOWN_CALL = "That call is not one of this turn: load the page again."
TOO_LONG = (
    f"The persona can't keep this result: all its mocks together may have {LIMIT_BYTES // 1024} KiB. "
    "Shorten the result, or take out mocks in the persona's editor."
)
DEPTH_AROUND = 3
"""The levels of a persona's mocks around a result. What nests deeper is kept as text."""
NO_PERSONA = "The persona was deleted: there is nothing to save the mock in."


@dataclass(frozen=True, slots=True)
class SavedMock:
    """The persona's new version, and whether the conversation goes on with it."""

    version: int
    is_used_here: bool


@transaction.atomic
def save_mock(turn: Turn, call_id: str, output: str, conditions: Collection[str], *, by: User) -> SavedMock:
    """Save the result for calls with the same values of the arguments that ``conditions`` name.

    It makes a version that differs in the mock alone, so a conversation on the newest version goes on with it. Raises
    CommandError (bad_message), TooManyRowsError.
    """
    call = _call(turn, call_id)
    conversation = turn.conversation
    persona_id = conversation.persona_version.persona_id
    persona = Persona.objects.select_for_update().filter(pk=persona_id).first()
    if persona is None:
        raise CommandError(Code.BAD_MESSAGE, NO_PERSONA)
    # Another mock may have been saved while this one waited for the persona.
    conversation.refresh_from_db(fields=["persona_version"])
    used = conversation.persona_version
    newest_before = persona.version
    mock = Mock(_result(output), _when(call, conditions))
    persona.tool_mocks = _checked(with_mock(persona.tool_mocks, call.name, mock))
    version = save_persona(persona, by=by, note=f"Tool mock of {call.name}"[:200])
    is_newest = newest_before == used.number
    if is_newest:
        _go_on(conversation, used, version)
    return SavedMock(version.number, is_newest)


def calls_with_mocks(conversation: Conversation, persona: Persona) -> list[str]:
    """Return ``turn|call`` for each answered call of the conversation whose result is a mock of the persona already."""
    if not persona.tool_mocks:
        return []
    answered = Turn.objects.filter(conversation=conversation).exclude(tool_results={})
    rows = answered.values_list("pk", "tool_results", "timeline__tool_calls")
    return [
        f"{turn_id}|{call.id}"
        for turn_id, results, calls in rows
        for call in tool_calls_of(calls)
        if isinstance(output := results.get(call.id, {}).get("output"), str)
        and has_mock(call.name, call.arguments, _result(output), persona.tool_mocks)
    ]


def _go_on(conversation: Conversation, used: PersonaVersion, version: PersonaVersion) -> None:
    """Have the conversation go on with the version, unless it has been brought to another one meanwhile."""
    on_used = Conversation.objects.select_for_update().filter(pk=conversation.pk, persona_version=used)
    for locked in on_used:
        go_on_with(locked, version)


def _call(turn: Turn, call_id: str) -> ToolCall:
    for call in tool_calls_of(turn.timeline.get("tool_calls")):
        if call.id == call_id:
            return call
    raise CommandError(Code.BAD_MESSAGE, UNKNOWN_CALL)


def _when(call: ToolCall, conditions: Collection[str]) -> Json:
    arguments = arguments_of(call.arguments)
    unknown = [name for name in conditions if name not in arguments]
    if unknown:
        raise CommandError(Code.BAD_MESSAGE, UNKNOWN_CALL)
    return {name: value for name, value in arguments.items() if name in conditions}


def _result(output: str) -> Any:
    """Return what a mock keeps so that the LLM gets ``output``: JSON, or the text as it stands."""
    try:
        value = parse_user_json(output, limit_depth=LIMIT_DEPTH - DEPTH_AROUND)
    except UserJsonError:
        return output
    return output if isinstance(value, str) else value


def _checked(tool_mocks: Json) -> Json:
    """Return the mocks if the editor would take them. Raises CommandError (bad_message)."""
    field = form_field(PERSONA_FIELDS["tool_mocks"])
    assert field is not None
    written = json.dumps(tool_mocks, ensure_ascii=False)
    if len(written.encode("utf-8", "surrogatepass")) > LIMIT_BYTES:
        raise CommandError(Code.BAD_MESSAGE, TOO_LONG)
    try:
        checked: Json = field.clean(written)
    except ValidationError as error:
        raise CommandError(
            Code.BAD_MESSAGE, f"The persona can't keep this mock. {' '.join(error.messages)}"
        ) from None
    return checked
