"""The median time to first audio of several personas: of the user's own latest turns with each."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from statistics import median
from typing import TypeVar

from django.contrib.auth.models import User
from django.db.models import F, Window
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import RowNumber

from playground.models import Conversation, Turn

Value = TypeVar("Value")

TURNS_MEASURED = 20
"""How many of a persona's latest turns count."""
CONVERSATIONS_READ = 1_000
"""Only in this many of the user's latest conversations are turns looked for."""


def first_audio_medians(user: User, persona_ids: Collection[str]) -> dict[str, int]:
    """Return the median in ms by persona, of those with a turn that was heard. Two queries."""
    persona_of = _latest_conversations(user, frozenset(persona_ids))
    newest_first = Window(RowNumber(), partition_by="conversation", order_by=F("position").desc())
    turns = (
        Turn.objects.filter(conversation__in=persona_of, first_audio_ms__isnull=False)
        .annotate(rank=newest_first)
        .filter(rank__lte=TURNS_MEASURED)
        .order_by("-created_at")
        .values_list("conversation_id", "first_audio_ms")
    )
    heard_ms = _first_of_each(
        (persona_of[conversation_id], ms) for conversation_id, ms in turns if ms is not None
    )
    return {persona_id: round(median(times)) for persona_id, times in heard_ms.items()}


def _latest_conversations(user: User, persona_ids: frozenset[str]) -> dict[str, str]:
    """Return the persona's id by conversation: TURNS_MEASURED at most of each, since each has a turn or none.

    As on the home page, a stand-in's turns don't count, nor those of speech that is heard at once.
    """
    latest = (
        Conversation.of(user)
        .filter(stand_in=False)
        .order_by("-created_at")
        .annotate(speech=KeyTextTransform("simulated_speech", "properties"))
        .values_list("persona_version__persona_ref", "pk", "speech")[:CONVERSATIONS_READ]
    )
    of_personas = _first_of_each(
        (persona_id, pk)
        for persona_id, pk, speech in latest
        if persona_id in persona_ids and speech != Conversation.Speech.INSTANT
    )
    return {each: persona_id for persona_id, conversations in of_personas.items() for each in conversations}


def _first_of_each(rows: Iterable[tuple[str, Value]]) -> dict[str, list[Value]]:
    """Return the first TURNS_MEASURED values by persona."""
    by_persona: dict[str, list[Value]] = defaultdict(list)
    for persona_id, value in rows:
        of_persona = by_persona[persona_id]
        if len(of_persona) < TURNS_MEASURED:
            of_persona.append(value)
    return by_persona
