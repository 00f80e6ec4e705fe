"""Reads an inspected request and its recorded answer as values of the engine."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from playground.engine.addresses.address import Address, AddressError, parse_address
from playground.engine.answer.payloads import parse_payload
from playground.engine.errors.codes import Code, GreenroomError, UpstreamError
from playground.engine.events import TurnKind
from playground.engine.examined_request import text_of
from playground.engine.json_types import Json
from playground.engine.recorded_turn import AnswerEnd, RecordedAnswer, RecordedRequest, recorded_turn
from playground.engine.turn_record import TurnRecord
from playground.models import InspectedRequest, Inspector

Kept = InspectedRequest.Kept
_ENDS = {
    InspectedRequest.End.COMPLETE: AnswerEnd.COMPLETE,
    InspectedRequest.End.CLIENT_LEFT: AnswerEnd.CALLER_LEFT,
}
"""All other ends break an answer off."""


@dataclass(frozen=True, slots=True)
class RecordedExchange:
    """A request for a completion, with its ended answer."""

    request: RecordedRequest
    answer: RecordedAnswer

    @property
    def messages(self) -> list[Json]:
        """The request's messages, as far as they are objects."""
        return messages_in(self.request.shown["body"])

    def turn(self, *, turn_id: str = "", turn_idx: int = 0) -> TurnRecord:
        """Return the turn in which a caller would have heard the answer."""
        return recorded_turn(
            self.request, self.answer, turn_id=turn_id, turn_idx=turn_idx, now=timezone.now()
        )


def is_exchange(request: InspectedRequest) -> bool:
    """Whether the request asks for a completion, and its answer has begun and ended."""
    has_ended = request.answer_status is not None and request.ended != InspectedRequest.End.OPEN
    return has_ended and bool(messages_in(request_body(request)))


def recorded_exchange(request: InspectedRequest) -> RecordedExchange | None:
    """Return the exchange; None if it is none."""
    if request.answer_status is None or not is_exchange(request):
        return None
    body = request_body(request)
    shown = {
        "method": request.method,
        "url": _url(request),
        "headers": [list(header) for header in request.headers],
        "body": body,
    }
    kind, user_text = _kind_and_words(messages_in(body))
    recorded = RecordedRequest(shown, _answering_address(request.inspector), user_text, kind)
    return RecordedExchange(recorded, recorded_answer(request, request.answer_status))


def recorded_answer(request: InspectedRequest, status: int) -> RecordedAnswer:
    timings = request.timings
    total_ms = int(timings.get("total_ms") or 0)
    sent_ms = int(timings.get("body_ms") or 0)
    is_readable = request.answer_kept not in (Kept.UNSEARCHABLE, Kept.SPELT)
    return RecordedAnswer(
        status=status,
        headers=tuple((str(name), str(value)) for name, value in request.answer_headers),
        parts=tuple(_parts(request)),
        sent_ms=sent_ms,
        status_ms=int(timings.get("status_ms") or sent_ms),
        total_ms=total_ms,
        end=_ENDS.get(InspectedRequest.End(request.ended), AnswerEnd.BROKEN),
        error=_error(request.error),
        is_whole=request.answer_kept == InspectedRequest.Kept.WHOLE,
        is_readable=is_readable,
    )


def request_body(request: InspectedRequest) -> Any:
    """Return the request's body: its JSON, or its text if it is none."""
    body = bytes(request.body)
    try:
        return parse_payload(body)
    except ValueError:
        return body.decode("utf-8", "replace")


def messages_in(body: Any) -> list[Json]:
    """Return the messages of a chat completion's body, as far as they are objects; empty if it is none."""
    messages = body.get("messages") if isinstance(body, dict) else None
    return (
        [message for message in messages if isinstance(message, dict)] if isinstance(messages, list) else []
    )


def _kind_and_words(messages: list[Json]) -> tuple[TurnKind, str]:
    """Return the turn's kind and the user's words, as the last message has them."""
    last = messages[-1]
    if last.get("role") == "tool":
        return TurnKind.CONTINUATION, ""
    return TurnKind.USER, text_of(last.get("content")) if last.get("role") == "user" else ""


def _parts(request: InspectedRequest) -> list[tuple[int, bytes]]:
    body = bytes(request.answer_body)
    parts, position = [], 0
    for t_ms, size in request.answer_parts:
        parts.append((int(t_ms), body[position : position + size]))
        position += size
    return parts


def _url(request: InspectedRequest) -> str:
    query = f"?{request.query}" if request.query else ""
    return f"{request.inspector.address}{request.path}{query}"


def _answering_address(inspector: Inspector) -> Address:
    """Return the address of the server that answered: where the inspector passes on to, or its own."""
    is_passed_on = inspector.answer == Inspector.Answer.PASS_ON and inspector.forward_url
    try:
        return parse_address(inspector.forward_url if is_passed_on else inspector.path)
    except AddressError:
        return parse_address("/")


def _error(stored: Json | None) -> GreenroomError | None:
    if not stored:
        return None
    code = str(stored.get("code"))
    return UpstreamError(
        Code(code) if code in Code._value2member_map_ else Code.INTERNAL, str(stored.get("message", ""))
    )
