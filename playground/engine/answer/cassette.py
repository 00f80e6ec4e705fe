"""Payloads as a completion stores them: replayable, and without secrets, even those split over several payloads."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import orjson

from playground.engine.answer.chunks import Chunk
from playground.engine.answer.redaction import Redactor
from playground.engine.answer.text_channel import storable
from playground.engine.answer.tool_calls import CallFragment

_TOKEN_BY_TOKEN = frozenset({"logprobs", "reasoning_details", "audio"})
"""Fields that repeat the text in pieces, where redaction by value would miss a secret."""
ASSISTANT = "assistant"
"""Whose text a tail is: without it, a replay takes the tail for text of the role that was named last."""


@dataclass(frozen=True, slots=True)
class PassedTexts:
    """What the text channels let through for one chunk: redacted, with tails held before, without those held now."""

    content: str = ""
    reasoning: str = ""
    arguments: tuple[str, ...] = ()

    def followed_by(self, tail: "PassedTexts") -> "PassedTexts":
        """Return this chunk's texts with the tails that the channels released after it."""
        return PassedTexts(self.content + tail.content, self.reasoning + tail.reasoning, self.arguments)


def kept_payload(
    raw: str, payload: Mapping[str, object], chunk: Chunk, passed: PassedTexts, redactor: Redactor
) -> str:
    """Return the payload to store: unchanged, unless it contains a secret or may contain a part of one."""
    if not redactor:
        return raw.replace("\0", "")
    calls = tuple(
        replace(call, arguments=arguments)
        for call, arguments in zip(chunk.calls, passed.arguments, strict=True)
    )
    read = _choices(passed, calls, chunk.finish_reason)
    if not _is_untouched(chunk, passed) or _repeats_text(payload):
        rest = {name: value for name, value in payload.items() if name not in _TOKEN_BY_TOKEN}
        return redactor.redact(_dumped(rest | read, read))
    if "\\u" in raw:  # redaction doesn't look for secrets spelled with JSON's escapes
        return redactor.redact(_dumped(payload, read))
    return redactor.redact(storable(raw))


def kept_plain_payload(
    raw: str, payload: Mapping[str, object], text: str, passed: str, redactor: Redactor
) -> str:
    """As `kept_payload` for a chunk that holds only ``text``, of which the channel let ``passed`` through."""
    if passed == text and "\\u" not in raw:
        return redactor.redact(raw)
    return kept_payload(raw, payload, Chunk(content=text), PassedTexts(passed), redactor)


def tail_payload(passed: PassedTexts, calls: list[CallFragment], redactor: Redactor) -> str:
    """Return a synthetic payload for the tails held back until the end, so that a replay gives the same text."""
    read = _choices(passed, tuple(calls), "", role=ASSISTANT)
    return redactor.redact(_dumped(read, read))


def _is_untouched(chunk: Chunk, passed: PassedTexts) -> bool:
    return (
        passed.content == chunk.content + chunk.refusal
        and passed.reasoning == chunk.reasoning
        and all(
            call.arguments == passed_arguments
            for call, passed_arguments in zip(chunk.calls, passed.arguments, strict=True)
        )
    )


def _repeats_text(payload: Mapping[str, object]) -> bool:
    """Whether the payload has text that no channel reads: another choice, or token by token."""
    choices = payload.get("choices")
    if not isinstance(choices, list) or not choices:
        return False
    choice = choices[0]
    if len(choices) > 1 or not isinstance(choice, dict) or choice.get("index") not in (0, None):
        return True
    delta = choice.get("delta")
    return bool(choice.get("logprobs")) or (isinstance(delta, dict) and not _TOKEN_BY_TOKEN.isdisjoint(delta))


def _choices(
    passed: PassedTexts, calls: tuple[CallFragment, ...], finish_reason: str, *, role: str = ""
) -> dict[str, object]:
    delta: dict[str, object] = {"role": role} if role else {}
    if passed.content:
        delta["content"] = passed.content
    if passed.reasoning:
        delta["reasoning_content"] = passed.reasoning
    if calls:
        delta["tool_calls"] = [_call(call) for call in calls]
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason or None}]}


def _call(call: CallFragment) -> dict[str, object]:
    function = {name: text for name, text in (("name", call.name), ("arguments", call.arguments)) if text}
    fields: dict[str, object] = {**call.extra, "function": function}
    if call.id:
        fields["id"] = call.id
    if call.index is not None:
        fields["index"] = call.index
    return fields


def _dumped(payload: Mapping[str, object], fallback: Mapping[str, object]) -> str:
    """Return the payload as JSON, or ``fallback`` if orjson can't write it (a lone surrogate, deep nesting)."""
    try:
        return orjson.dumps(payload).decode()
    except TypeError:
        return json.dumps(fallback)
