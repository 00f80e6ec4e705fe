"""Classifies the JSON of one event: a chunk, an error, another API's payload, or a keep-alive.

Errors of any shape are checked first, then payloads that are no chunks.
"""

from playground.engine.answer import answer_messages
from playground.engine.answer.chunks import Chunk, is_keep_alive, read_chunk
from playground.engine.answer.finish_reasons import FinishKind, finish_error, kind_of
from playground.engine.answer.notes import TurnNotes
from playground.engine.answer.other_apis import another_api, other_api
from playground.engine.answer.redaction import Redactor
from playground.engine.answer.sse import EventKind, ServerSentEvent
from playground.engine.errors.codes import UpstreamError
from playground.engine.errors.excerpts import excerpt
from playground.engine.errors.in_stream import error_in, holds_error, no_chunk


def judge(
    event: ServerSentEvent, payload: object, address: str, redactor: Redactor, notes: TurnNotes
) -> tuple[Chunk | None, UpstreamError | None]:
    """Return the chunk and the failure; either may be None.

    A chunk's text counts even beside an error, unless the event's name marks all of it as the error.
    """
    fields = payload if isinstance(payload, dict) else {}
    if event.is_error:
        return None, error_in(payload, redactor.redact)
    if holds_error(payload):
        return read_chunk(fields, notes), error_in(payload, redactor.redact)
    if fields and (api := other_api(fields)):
        return None, another_api(api, redactor.redact(address))
    chunk = read_chunk(fields, notes)
    if chunk is None:
        is_idle = isinstance(payload, dict) and is_keep_alive(payload)
        return None, None if is_idle else no_chunk(payload, redactor.redact)
    if event.kind is EventKind.BARE:
        notes.add(answer_messages.BARE_CHUNK)
    if kind_of(chunk.finish_reason) is FinishKind.FAILED:
        return chunk, finish_error(excerpt(chunk.finish_reason, redactor.redact))
    return chunk, None
