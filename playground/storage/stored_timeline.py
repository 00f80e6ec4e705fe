"""Reads what a turn's large timeline shows beside its events: moments of the requests, each delta, limits in force."""

from collections.abc import Iterable

from django.conf import settings

from playground.engine.answer.replay import Became, Replay
from playground.engine.json_text import json_bytes
from playground.engine.json_types import Json
from playground.engine.limits import Limits
from playground.engine.persona import PersonaSettings
from playground.engine.speech.voices import voice_of
from playground.models import Completion, Turn
from playground.storage.frozen_personas import persona_of_turn


def stored_timeline(turn: Turn) -> Json:
    """Return ``{"limits", "speech", "completions"}``; an open turn has no completions yet.

    ``completions``, the first attempt first; ``is_whole`` says whether each delta is there on its own, as it is while
    all payloads are kept: ``{"attempt", "phases", "deltas": [[t_ms, chars]], "is_whole",
    "calls": [t_ms], "prompt": {"messages", "chars", "bytes"}}``. All times are in ms from the turn's start.
    """
    return timeline_of(persona_of_turn(turn), turn.completions.order_by("attempt"), turn.text)


def timeline_of(persona: PersonaSettings, completions: Iterable[Completion], text: str) -> Json:
    """Return a turn's timeline from its completions, stored or not, the last of which gave ``text``."""
    return {
        "limits": _limits(settings.LIMITS, persona),
        "speech": _speech(persona),
        "completions": [_completion(completion, text) for completion in completions],
    }


def _limits(limits: Limits, persona: PersonaSettings) -> Json:
    return {
        "first_content_ms": limits.first_content_ms,
        "content_gap_ms": limits.content_gap_ms,
        "turn_ms": limits.turn_ms,
        "max_answer_ms": persona.max_answer_s * 1000 if persona.max_answer_s is not None else None,
    }


def _speech(persona: PersonaSettings) -> Json:
    barge_in = persona.barge_in
    return {
        "delay_ms": voice_of(persona.speech).delay_ms,
        "no_interrupt_ms": barge_in.no_interrupt_ms,
        "barge_in": str(barge_in.mode),
        "filler_delay_ms": persona.filler.activation_delay_ms if persona.filler else None,
    }


def _completion(completion: Completion, text: str) -> Json:
    replayed, calls = _replayed(completion.payloads)
    is_whole = sum(chars for _, chars in replayed) >= len(text)
    return {
        "attempt": completion.attempt,
        "phases": completion.phases,
        "deltas": replayed if is_whole else completion.deltas or replayed,
        "is_whole": is_whole,
        "calls": calls,
        "prompt": prompt_size(completion.request.get("body")),
    }


def _replayed(payloads: list[tuple[int, str]]) -> tuple[list[list[int]], list[int]]:
    """Return the deltas, one for each payload that brought text, and when fragments of tool calls came."""
    deltas: list[list[int]] = []
    calls: list[int] = []
    for payload in Replay().read(payloads):
        if payload.t_ms is None:
            continue
        chars = sum(len(text) for kind, text in payload.became if kind is Became.DELTA)
        if chars:
            deltas.append([payload.t_ms, chars])
        calls += [payload.t_ms for kind, _ in payload.became if kind is Became.CALL]
    return deltas, calls


def prompt_size(body: object) -> Json | None:
    """Return the size of a request's body: its messages, the characters of their texts, its bytes as JSON."""
    if not isinstance(body, dict):
        return None
    messages = [message for message in body.get("messages") or () if isinstance(message, dict)]
    texts = [message.get("content") for message in messages]
    return {
        "messages": len(messages),
        "chars": sum(len(text) for text in texts if isinstance(text, str)),
        "bytes": len(json_bytes(body)),
    }
