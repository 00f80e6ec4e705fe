"""Loads a stored turn's calls with their automatic results: rows and secrets into frozen values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from personas.models import TokenSecret
from playground.engine.addresses.address import Address, AddressError, parse_address
from playground.engine.errors.codes import Code, NotReadyError
from playground.engine.events import ToolCall
from playground.engine.json_types import Json
from playground.engine.persona import PersonaSettings
from playground.engine.tools.mocks import fitting_mock
from playground.engine.tools.rounds import ResultSource, endpoint_body, refused_output, source_of
from playground.engine.wire_request import WireRequest
from playground.models import Turn
from playground.storage import conversation_edits
from playground.storage.frozen_personas import persona_of
from playground.storage.load_plan import usable_secret
from playground.storage.past_turns import tool_calls_of


@dataclass(frozen=True, slots=True)
class ToolRequest:
    """One call's request to the tool endpoint."""

    wire: WireRequest
    secrets: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class AutomaticCall:
    """A call answered without a person: with its result, or with the request for it."""

    call_id: str
    source: ResultSource
    output: str = ""
    status: str = "success"
    request: ToolRequest | None = None


@dataclass(frozen=True, slots=True)
class UnansweredCalls:
    """A turn's calls without a result, and the functions that were offered."""

    calls: Sequence[ToolCall]
    tools: Sequence[Json]


def unanswered_calls(turn_id: str) -> UnansweredCalls:
    turn = _turn(turn_id)
    return UnansweredCalls(_unanswered(turn), persona_of(turn.conversation).llm.tools)


def automatic_calls(turn_id: str, faults: Mapping[str, Sequence[str]]) -> list[AutomaticCall]:
    """Return the calls of a closed turn that a mock or the tool endpoint answers. Raises CommandError, NotReadyError.

    ``faults``: what is invalid in the arguments, by call id; such a call's result says only that.
    """
    turn = _turn(turn_id)
    persona = persona_of(turn.conversation)
    calls = [call for call in _unanswered(turn) if source_of(call, persona) is not ResultSource.HAND]
    if calls:
        conversation_edits.refuse_too_many_rounds(turn.conversation, turn)
    return [_automatic(call, turn, persona, faults.get(call.id, ())) for call in calls]


def _turn(turn_id: str) -> Turn:
    return Turn.objects.select_related("conversation__persona_version").get(pk=turn_id)


def _unanswered(turn: Turn) -> list[ToolCall]:
    calls = tool_calls_of(turn.timeline.get("tool_calls"))
    return [call for call in calls if call.id not in turn.tool_results]


def _automatic(call: ToolCall, turn: Turn, persona: PersonaSettings, faults: Sequence[str]) -> AutomaticCall:
    source = source_of(call, persona)
    if faults:
        return AutomaticCall(call.id, source, refused_output(faults), "error")
    mock = fitting_mock(call.name, call.arguments, persona.tool_mocks)
    if mock is not None:
        return AutomaticCall(call.id, source, mock.output())
    try:
        return AutomaticCall(call.id, source, request=_request(call, turn, persona))
    except NotReadyError as error:
        return AutomaticCall(call.id, source, error.message, "error")


def _request(call: ToolCall, turn: Turn, persona: PersonaSettings) -> ToolRequest:
    """Return the request. Raises NotReadyError if the endpoint or its secret can't be used."""
    try:
        address = parse_address(persona.tool_endpoint)
    except AddressError as error:
        raise NotReadyError(Code.BAD_REQUEST, error.message) from None
    name = persona.tool_endpoint_secret
    value = _secret(name, address, persona.persona_id) if name else ""
    headers = (("Authorization", f"Bearer {value}"),) if value else ()
    body = endpoint_body(call, conversation_id=turn.conversation_id, turn_id=turn.pk)
    wire = WireRequest("POST", persona.tool_endpoint, headers, body)
    return ToolRequest(wire, (value,) if value else ())


def _secret(name: str, address: Address, persona_id: str) -> str:
    return usable_secret(name, TokenSecret.objects.filter(name=name).first(), address, persona_id)
