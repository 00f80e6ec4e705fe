"""Stores exchanges as rows, with their secrets masked, within their inspector's bounds."""

from typing import Any, NamedTuple

import orjson
from django.db import transaction
from django.db.models import F, Sum

from playground.inspectors.authentication import verdict_of
from playground.inspectors.bounds import KEPT_ANSWER_BYTES
from playground.inspectors.decompression import Decompressor, encoding_of, is_readable
from playground.inspectors.exchange_record import ExchangeRecord
from playground.inspectors.front_door import BODY_BYTES
from playground.inspectors.masking import Masker
from playground.inspectors.presented_secrets import presented_secrets
from playground.models import InspectedRequest, Inspector
from playground.storage.known_secrets import KnownSecrets, known_secrets

Kept = InspectedRequest.Kept
ENCODING_CHARS = 16
CONVERSATION_ID_CHARS = 200
METHOD_CHARS = 64
_LARGE = frozenset(
    {"path", "query", "headers", "body", "body_parts", "answer_headers", "answer_body", "answer_parts"}
)
BEGINNING_PARTS = 8
"""How many parts of an answer are looked at for what it begins with."""
TRIMMED_AT_ONCE = 50
"""How many of the oldest requests are looked at for one that needs their room."""


class Stored(NamedTuple):
    """A stored request; ``is_whole`` says whether with its answer."""

    number: int
    is_whole: bool


def store_request(record: ExchangeRecord) -> Stored | None:
    """Store the request, at once with its answer if that has ended; return None if its inspector is gone."""
    known = known_secrets()
    is_whole = record.has_ended.is_set()
    fields = _request_fields(record, known) | (_answer_fields(record, known) if is_whole else {})
    fields["kept_bytes"] = _taken_by(fields)
    with transaction.atomic():
        inspectors = Inspector.objects.filter(pk=record.inspector.id)
        if not inspectors.update(last_number=F("last_number") + 1):
            return None
        inspector = inspectors.get()
        InspectedRequest.objects.create(inspector=inspector, number=inspector.last_number, **fields)
        trim(inspector)
    return Stored(inspector.last_number, is_whole)


def store_answer(record: ExchangeRecord, number: int) -> None:
    """Store the answer of a stored request, and how it ended."""
    fields = _answer_fields(record, known_secrets())
    added_bytes = _taken_by(fields)
    rows = InspectedRequest.objects.filter(inspector=record.inspector.id, number=number)
    with transaction.atomic():
        if not rows.update(**fields, kept_bytes=F("kept_bytes") + added_bytes):
            return
        inspector = Inspector.objects.filter(pk=record.inspector.id).first()
        if inspector is not None:
            _trim_bytes(inspector)


def trim(inspector: Inspector) -> None:
    """Delete the oldest requests beyond the inspector's bounds; the newest stays."""
    _trim_count(inspector)
    _trim_bytes(inspector)


def _trim_count(inspector: Inspector) -> None:
    last_beyond = inspector.last_number - inspector.most_requests
    if last_beyond > 0:
        InspectedRequest.objects.filter(inspector=inspector, number__lte=last_beyond).order_by().delete()


def _trim_bytes(inspector: Inspector) -> None:
    rows = InspectedRequest.objects.filter(inspector=inspector).order_by()
    beyond = (rows.aggregate(kept=Sum("kept_bytes"))["kept"] or 0) - inspector.most_kept_bytes
    while beyond > 0:
        oldest = list(
            rows.exclude(number=inspector.last_number)
            .order_by("number")
            .values_list("number", "kept_bytes")[:TRIMMED_AT_ONCE]
        )
        if not oldest:
            return
        while oldest and beyond > 0:
            last_number, kept_bytes = oldest.pop(0)
            beyond -= kept_bytes
        rows.filter(number__lte=last_number).delete()


def _taken_by(fields: dict[str, Any]) -> int:
    """Return how many bytes the large columns among them take, about."""
    return sum(
        len(value) if isinstance(value, bytes | str) else len(orjson.dumps(value))
        for name, value in fields.items()
        if name in _LARGE
    )


def _request_fields(record: ExchangeRecord, known: KnownSecrets) -> dict[str, Any]:
    head, body = record.head, record.body
    masker = _masker(record, known)
    verdict = verdict_of(head.headers, known, record.inspector.callers_key_digest)
    content, kept, encoding = _request_body(record, masker)
    return {
        "arrived_at": head.arrived_at,
        "method": masker.text(head.method)[:METHOD_CHARS],
        "path": masker.raw(head.path),
        "query": masker.query(head.query),
        "http_version": head.http_version[:8],
        "headers": masker.headers(head.headers),
        "headers_as_sent": head.headers_as_sent,
        "body": content,
        "body_bytes": body.size,
        "body_kept": kept,
        "body_encoding": encoding,
        "body_parts": body.parts if head.server else None,
        "client_address": head.client_address[:64],
        "conversation_id": masker.raw(head.header(b"conversation_id"))[:CONVERSATION_ID_CHARS],
        "authentication": verdict.authentication,
        "secret_name": verdict.secret_name,
        "server": head.server,
        "answer": record.answered_by or "",
        "timings": {"body_ms": body.end_ms},
    }


def _request_body(record: ExchangeRecord, masker: Masker) -> tuple[bytes, Kept, str]:
    """Return what is kept of the body, how much of it that is, and the compression that it came in."""
    encoding = encoding_of(record.head.headers, record.body.content)
    shown = masker.text(encoding)[:ENCODING_CHARS]
    if not is_readable(encoding):
        return b"", Kept.UNSEARCHABLE, shown
    plain = Decompressor(encoding, BODY_BYTES)
    content = plain.feed(record.body.content)
    if plain.has_failed:
        return b"", Kept.UNSEARCHABLE, shown
    masked = masker.body(content)
    if masked is None:
        return b"", Kept.SPELT, shown
    return masked, Kept.CUT if plain.is_cut else record.body.kept, shown


def _answer_fields(record: ExchangeRecord, known: KnownSecrets) -> dict[str, Any]:
    answer = record.answer
    masker = _masker(record, known)
    parts, kept, encoding = _answer_parts(record, masker)
    error = record.error
    return {
        "answer": record.answered_by or "",
        "answer_status": answer.status,
        "answer_headers": masker.headers(answer.headers),
        "answer_body": b"".join(part for _, part in parts),
        "answer_parts": [[t_ms, len(part)] for t_ms, part in parts],
        "answer_bytes": answer.size,
        "answer_kept": kept,
        "answer_encoding": encoding,
        "timings": {"body_ms": record.body.end_ms} | answer.timings | {"total_ms": record.total_ms},
        "ended": record.ended,
        "error": {"code": str(error.code), "message": masker.text(error.message)} if error else None,
    }


def _answer_parts(record: ExchangeRecord, masker: Masker) -> tuple[list[tuple[int, bytes]], Kept, str]:
    """Return the kept parts of the answer, how much of it they are, and the compression that it came in."""
    answer = record.answer
    encoding = encoding_of(answer.headers, b"".join(part for _, part in answer.parts[:BEGINNING_PARTS]))
    shown = masker.text(encoding)[:ENCODING_CHARS]
    if not is_readable(encoding):
        return [], Kept.UNSEARCHABLE, shown
    plain = Decompressor(encoding, 2 * KEPT_ANSWER_BYTES)
    decoded = [(t_ms, plain.feed(part)) for t_ms, part in answer.parts]
    if plain.has_failed:
        return [], Kept.UNSEARCHABLE, shown
    masked = masker.parts(decoded)
    if masked is None:
        return [], Kept.SPELT, shown
    parts = _cut(masked, KEPT_ANSWER_BYTES)
    held = sum(len(part) for _, part in answer.parts)
    is_cut = plain.is_cut or held < answer.size or len(parts) < len(masked) or parts[-1:] != masked[-1:]
    return parts, Kept.CUT if is_cut else Kept.WHOLE, shown


def _cut(parts: list[tuple[int, bytes]], most: int) -> list[tuple[int, bytes]]:
    kept = []
    for t_ms, part in parts:
        if most <= 0:
            break
        kept.append((t_ms, part[:most]))
        most -= len(part)
    return kept


def _masker(record: ExchangeRecord, known: KnownSecrets) -> Masker:
    return Masker(known.values, presented_secrets(record.head.headers, record.head.query))
