"""Makes the transcript that ``application.transcription_ready`` carries: what was said and heard, in Tavus' shape."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import Any

from playground.engine.callback_events import TranscriptEntry, TranscriptionReady
from playground.engine.limits import MIB
from playground.engine.persona import PersonaSettings
from playground.engine.platforms.registry import platform_named
from playground.engine.prompt import compose_system_message
from playground.models import Completion, Conversation, Turn
from playground.storage.frozen_personas import persona_of
from playground.storage.outbox import body_of

TRANSCRIPT_CHARS = 1 * MIB
"""The most characters of a transcript's messages: the first ones are left out, and their number is told."""
TURNS_AT_ONCE = 50
"""How many turns are read at a time."""


def transcript_body(conversation_id: str, at: datetime) -> str:
    """Return the body of the callback about the end ``at`` this time. Raises Conversation.DoesNotExist."""
    conversation = Conversation.objects.select_related("persona_version").get(pk=conversation_id)
    opening = list(_opening(conversation))
    newest_first: list[TranscriptEntry] = []
    chars = sum(len(entry.content) for entry in opening)
    left_out = 0
    for entry in _newest_first(conversation):
        chars += len(entry.content)
        if chars > TRANSCRIPT_CHARS:
            left_out += 1
        else:
            newest_first.append(entry)
    return body_of(conversation, TranscriptionReady([*opening, *reversed(newest_first)], left_out), at)


def _opening(conversation: Conversation) -> Iterator[TranscriptEntry]:
    """Yield the entries before the first turn: the composed prompt, and the initial messages."""
    prompt = _prompt(persona_of(conversation), conversation.conversational_context)
    if prompt:
        yield TranscriptEntry("system", prompt)
    for message in conversation.initial_messages:
        content = message.get("content")
        if isinstance(content, str):
            yield TranscriptEntry(str(message.get("role", "user")), content)


def _prompt(persona: PersonaSettings, context: str) -> str:
    if not platform_named(persona.llm.platform).has_prompt(persona.llm):
        return ""
    return compose_system_message(persona.system_prompt, persona.context, context).text


def _newest_first(conversation: Conversation) -> Iterator[TranscriptEntry]:
    turns = conversation.turns.exclude(status__in=Turn.OPEN).order_by("-position")
    fields = (
        "user_text",
        "text",
        "heard_text",
        "status",
        "timeline",
        "tool_results",
        "created_at",
        "closed_at",
    )
    for turn in turns.only(*fields).iterator(chunk_size=TURNS_AT_ONCE):
        yield from reversed(list(_entries(turn, conversation.created_at)))


def _entries(turn: Turn, started_at: datetime) -> Iterator[TranscriptEntry]:
    """Yield what the user said, what was heard of the answer, and the results of its calls."""
    begun_s = turn.created_at.timestamp()
    since_start_s = begun_s - started_at.timestamp()
    if turn.user_text:
        yield TranscriptEntry("user", turn.user_text, begun_s, round(since_start_s, 3), 0.0)
    heard = turn.text if turn.status == Turn.Status.COMPLETED else turn.heard_text
    if heard:
        from_s, until_s = _spoken_s(turn.timeline)
        yield TranscriptEntry(
            "assistant",
            heard,
            round(begun_s + from_s, 6),
            round(since_start_s + from_s, 3),
            round(until_s - from_s, 3),
            _inference_id(turn),
        )
    for result in _results(turn.timeline, turn.tool_results):
        closed_s = (turn.closed_at or turn.created_at).timestamp()
        yield TranscriptEntry("tool", result, closed_s, round(closed_s - started_at.timestamp(), 3))


def _spoken_s(timeline: Mapping[str, Any]) -> tuple[float, float]:
    """Return from when to when the answer was spoken, in seconds from the turn's start."""
    spoken = [each for each in timeline.get("segments", ()) if each.get("kind") == "sentence"]
    ends = chain.from_iterable((each.get("starts_ms"), each.get("ends_ms")) for each in spoken)
    times = [ms for ms in ends if ms is not None]
    return (min(times) / 1000, max(times) / 1000) if times else (0.0, 0.0)


def _inference_id(turn: Turn) -> str:
    completion = Completion.objects.filter(turn_id=turn.pk).order_by("-attempt").values_list("pk").first()
    return str(completion[0]) if completion else ""


def _results(timeline: Mapping[str, Any], results: Mapping[str, Any]) -> Iterator[str]:
    for call in timeline.get("tool_calls", ()):
        if call["id"] in results:
            yield str(results[call["id"]].get("output", ""))
