"""Sends an inspected request once more, to a persona's endpoint: its body with the persona's headers and key."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from django.views.decorators.debug import sensitive_variables

from personas.documents import document_of
from personas.models import Persona
from personas.surroundings import surroundings
from playground.engine.answer.deadlines import stopped_coming
from playground.engine.answer.decoder import AnswerDecoder, ContentPiece, PayloadPiece
from playground.engine.errors.codes import Code, GreenroomError, NotReadyError, UpstreamError
from playground.engine.events import ToolCall
from playground.engine.json_types import Json
from playground.engine.limits import DEFAULT_LIMITS, Limits
from playground.engine.next_request import build_request
from playground.engine.persona_document import read_persona
from playground.engine.platforms.registry import platform_named
from playground.engine.wire_request import WireRequest
from playground.lag_free_timeout import LagFreeTimeout
from playground.loop_lag import loop_lag
from playground.outgoing.completion import open_completion
from playground.storage.load_plan import wire_request

REPLAY_LIMITS = replace(DEFAULT_LIMITS, first_content_ms=15_000, content_gap_ms=10_000, turn_ms=45_000)
"""Shorter than a turn's: a user waits for the page."""
REPLAY_CONVERSATION_ID = "creplay"


class ReplayedModel(StrEnum):
    """Which model a replayed request names."""

    PERSONAS = "persona"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class PreparedReplay:
    persona_name: str
    url: str
    wire: WireRequest | None
    secrets: tuple[str, ...] = field(repr=False)
    refusal: NotReadyError | None


@dataclass(slots=True)
class ReplayedAnswer:
    """What the persona's endpoint answered; times in ms from when the request was sent."""

    status: int | None = None
    error: GreenroomError | None = None
    """Why there is no answer, or what is wrong with it."""
    first_delta_ms: int | None = None
    total_ms: int = 0
    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str = ""
    notes: tuple[str, ...] = ()
    payloads: list[tuple[int, str]] = field(default_factory=list)
    """``[[t_ms, data]]``, as a completion keeps them."""


@sensitive_variables()
def prepare_replay(
    persona: Persona, body: Json, model: ReplayedModel = ReplayedModel.PERSONAS
) -> PreparedReplay:
    """Return the request to send, or why it can't be. The persona's secret goes to its allowed hosts only."""
    settings = read_persona(persona.pk, document_of(persona))
    request = build_request(
        settings.llm,
        platform=platform_named(settings.llm.platform),
        messages=(),
        conversation_id=REPLAY_CONVERSATION_ID,
        surroundings=surroundings(),
    )
    own = {"model": request.body["model"]} if model is ReplayedModel.PERSONAS else {}
    request = replace(request, body=body | own | {"stream": True})
    try:
        wire, secrets = wire_request(request, settings, is_stand_in=False)
    except NotReadyError as refusal:
        return PreparedReplay(persona.persona_name, request.url, None, (), refusal)
    return PreparedReplay(persona.persona_name, request.url, wire, secrets, None)


async def replay(prepared: PreparedReplay, limits: Limits = REPLAY_LIMITS) -> ReplayedAnswer:
    """Send the request and read the answer to its end. Errors of the server don't raise."""
    answer = ReplayedAnswer(error=prepared.refusal)
    if prepared.wire is None:
        return answer
    lag = loop_lag.get()
    with lag.watched():
        now_ms = lag.started_stopwatch()
        await _read_or_fail(prepared, answer, now_ms, limits)
        answer.total_ms = now_ms()
    return answer


async def _read_or_fail(
    prepared: PreparedReplay, answer: ReplayedAnswer, now_ms: Callable[[], int], limits: Limits
) -> None:
    try:
        async with LagFreeTimeout(limits.turn_ms / 1000):
            await _read(prepared, answer, now_ms, limits)
    except UpstreamError as error:
        answer.error = error
    except TimeoutError:
        sentence = f"The answer wasn't over after {limits.turn_ms // 1000} s: Greenroom hung up."
        answer.error = UpstreamError(Code.TURN_TIMEOUT, sentence)


async def _read(
    prepared: PreparedReplay, answer: ReplayedAnswer, now_ms: Callable[[], int], limits: Limits
) -> None:
    assert prepared.wire is not None
    decoder = AnswerDecoder(secrets=prepared.secrets, limits=limits, address=prepared.url)
    kept = 0
    async with open_completion(prepared.wire, limits=limits, secrets=prepared.secrets) as response:
        answer.status = response.status
        stream = response.aiter_bytes()
        while not (decoder.ended or decoder.failure):
            try:
                async with LagFreeTimeout(limits.content_gap_ms / 1000):
                    data = await anext(stream, b"")
            except TimeoutError:
                answer.error = stopped_coming(limits)
                break
            if not data:
                break
            for piece in decoder.feed(data):
                if isinstance(piece, ContentPiece) and piece.text and answer.first_delta_ms is None:
                    answer.first_delta_ms = now_ms()
                if isinstance(piece, PayloadPiece) and kept < limits.cassette_bytes:
                    kept += len(piece.data)
                    answer.payloads.append((now_ms(), piece.data))
    decoder.leave() if answer.error else decoder.close()
    answer.text, answer.tool_calls, answer.finish_reason = (
        decoder.text,
        decoder.tool_calls,
        decoder.finish_reason,
    )
    answer.notes = decoder.notes
    answer.error = answer.error or decoder.verdict()
