"""Check connection: sends one tiny streamed request from possibly unsaved values and records the response."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from django.views.decorators.debug import sensitive_variables

from personas.documents import document_of
from personas.models import Persona
from personas.surroundings import surroundings
from playground.engine.answer.deadlines import stopped_coming
from playground.engine.answer.decoder import AnswerDecoder, ContentPiece, PayloadPiece
from playground.engine.answer.payloads import parse_payload
from playground.engine.answer.pieces import Piece
from playground.engine.connection_check import Observation
from playground.engine.errors.codes import Code, NotReadyError, UpstreamError
from playground.engine.limits import DEFAULT_LIMITS, Limits
from playground.engine.next_request import build_request
from playground.engine.persona import PersonaSettings
from playground.engine.persona_document import read_persona
from playground.engine.platforms.registry import platform_named
from playground.engine.request import LLMRequest
from playground.engine.wire_request import WireRequest
from playground.lag_free_timeout import LagFreeTimeout
from playground.loop_lag import loop_lag
from playground.outgoing.completion import open_completion
from playground.storage.load_plan import wire_request, written_request

QUESTION = "Say one short sentence."
CHECK_CONVERSATION_ID = "ccheck"
CHECK_LIMITS = replace(DEFAULT_LIMITS, first_content_ms=15_000, content_gap_ms=5_000, turn_ms=20_000)
"""Shorter timeouts than a turn's: a user waits for the page."""


@dataclass(frozen=True, slots=True)
class PreparedCheck:
    """The request to send, or the error that prevents it."""

    wire: WireRequest | None
    secrets: tuple[str, ...] = field(repr=False)
    refusal: NotReadyError | None
    is_tls: bool
    is_own: bool


def prepare(persona: Persona) -> PreparedCheck:
    """Return the request of the persona, stored or not. Its secret is sent to its allowed hosts only."""
    return prepare_settings(read_persona(persona.pk, document_of(persona)), is_stand_in=False)


def prepare_settings(settings: PersonaSettings, *, is_stand_in: bool) -> PreparedCheck:
    """Return the request of a frozen persona. Its secret is sent to its allowed hosts only."""
    request = _request(settings)
    try:
        wire, secrets = wire_request(request, settings, is_stand_in=is_stand_in)
    except NotReadyError as refusal:
        return _prepared(request, None, refusal=refusal)
    return _prepared(request, wire, secrets)


@sensitive_variables()
def prepare_with_key(persona: Persona, key: str) -> PreparedCheck:
    """Return the request of an unsaved persona with a typed key, which goes to the persona's address alone."""
    settings = read_persona(persona.pk, document_of(persona))
    request = _request(settings)
    values = {settings.llm.token_secret: key} if key else {}
    return _prepared(request, written_request(request, settings, values), tuple(values.values()))


def _request(settings: PersonaSettings) -> LLMRequest:
    return build_request(
        settings.llm,
        platform=platform_named(settings.llm.platform),
        messages=[{"role": "user", "content": QUESTION}],
        conversation_id=CHECK_CONVERSATION_ID,
        surroundings=surroundings(),
    )


@sensitive_variables()
def _prepared(
    request: LLMRequest,
    wire: WireRequest | None,
    secrets: tuple[str, ...] = (),
    *,
    refusal: NotReadyError | None = None,
) -> PreparedCheck:
    is_own = request.url.startswith("/")
    is_tls = not is_own and urlsplit(request.url).scheme == "https"
    return PreparedCheck(wire, secrets, refusal, is_tls=is_tls, is_own=is_own)


async def observe(prepared: PreparedCheck, limits: Limits = CHECK_LIMITS) -> Observation:
    """Send the request and record what arrives when. Server errors don't raise."""
    observation = Observation(
        is_tls=prepared.is_tls,
        is_own=prepared.is_own,
        sends_secret=bool(prepared.secrets),
        error=prepared.refusal,
    )
    if prepared.wire is None:
        return observation
    lag = loop_lag.get()
    try:
        with lag.watched():
            now_ms = lag.started_stopwatch()
            async with LagFreeTimeout(limits.turn_ms / 1000):
                await _read(prepared.wire, prepared.secrets, observation, now_ms, limits)
    except UpstreamError as error:
        _fail(observation, error)
    except TimeoutError:
        _fail(
            observation,
            UpstreamError(
                Code.TURN_TIMEOUT, f"The answer wasn't over after {limits.turn_ms // 1000} s: we left."
            ),
        )
    return observation


def _fail(observation: Observation, error: UpstreamError) -> None:
    if observation.status is None:
        observation.error = error
    else:
        observation.verdict = error


async def _read(
    wire: WireRequest,
    secrets: tuple[str, ...],
    observation: Observation,
    now_ms: Callable[[], int],
    limits: Limits,
) -> None:
    decoder = AnswerDecoder(secrets=secrets, limits=limits, address=wire.url)
    async with open_completion(wire, limits=limits, secrets=secrets) as response:
        observation.status, observation.headers_ms = response.status, now_ms()
        over_ms: int | None = None
        has_left = False
        stream = response.aiter_bytes()
        while True:
            wait_ms = limits.content_gap_ms if over_ms is None else limits.after_finish_ms
            try:
                async with LagFreeTimeout(wait_ms / 1000):
                    data = await anext(stream, b"")
            except TimeoutError:
                has_left = True
                break
            if not data:
                observation.ended_after_ms = now_ms() - over_ms if over_ms is not None else 0
                break
            _note(decoder, data, observation, now_ms())
            may_be_over = decoder.ended or (decoder.finished and decoder.has_content)
            if may_be_over and (over_ms is None or not decoder.ended):
                over_ms = now_ms()
    _note_pieces(decoder.leave() if has_left else decoder.close(), observation, now_ms())
    observation.finish_reason = decoder.finish_reason
    observation.has_tool_calls = bool(decoder.tool_calls)
    observation.notes = decoder.notes
    observation.verdict = decoder.verdict()
    if has_left and over_ms is None and decoder.failure is None:
        observation.verdict = stopped_coming(limits)


def _note(decoder: AnswerDecoder, data: bytes, observation: Observation, at_ms: int) -> None:
    if not observation.payload_times_ms and not observation.is_event_stream:
        observation.is_event_stream = not data.lstrip().startswith((b"{", b"[", b"<"))
    _note_pieces(decoder.feed(data), observation, at_ms)


def _note_pieces(pieces: Iterable[Piece], observation: Observation, at_ms: int) -> None:
    for piece in pieces:
        if isinstance(piece, ContentPiece) and piece.text and observation.first_delta_ms is None:
            observation.first_delta_ms = at_ms
        if not isinstance(piece, PayloadPiece):
            continue
        if piece.data == "[DONE]":
            observation.has_done = True
            continue
        observation.payload_times_ms.append(at_ms)
        if observation.first_payload is None:
            observation.first_payload = _parsed(piece.data)


def _parsed(data: str) -> object:
    try:
        return parse_payload(data.encode("utf-8", "replace"))
    except ValueError:
        return None
