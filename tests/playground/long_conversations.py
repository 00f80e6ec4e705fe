"""A conversation with many stored turns beside the running site, each with sentences, words and times of its own."""

import json

from playground.engine.json_types import Json
from tests.browser.site import Site, rows

SENTENCES = 10
SPOKEN_MS = 1_800
INSERT = """
INSERT INTO playground_turn (
  id, conversation_id, position, kind, user_text, client_msg_id, context, status, owner_process, interrupt_requested,
  text, spoken_text, heard_text, tool_results, timings, timeline, created_at, closed_at
)
SELECT value ->> 'id', ?, value ->> 'position', 'user', value ->> 'user_text', '', '', value ->> 'status', '', 0,
  value ->> 'text', value ->> 'heard_text', value ->> 'heard_text', '{}', value -> 'timings', value -> 'timeline',
  strftime('%Y-%m-%d %H:%M:%f', 'now'), strftime('%Y-%m-%d %H:%M:%f', 'now')
FROM json_each(?)
"""


def add_turns(site: Site, conversation_id: str, count: int) -> None:
    """Store closed turns 0 to ``count`` - 1 of the conversation: about 1,000 characters of answer each."""
    store_turns(site, conversation_id, [_turn(position) for position in range(count)])


def store_turns(site: Site, conversation_id: str, turns: list[Json]) -> None:
    """Store closed turns of the conversation, the first at its beginning.

    Each is ``{"user_text", "text", "timings", "timeline"}``, with ``status`` unless it is completed, and ``heard_text``
    unless all of it was heard.
    """
    stored = [
        {"id": f"t{position:06}{conversation_id[:8]}", "position": position}
        | {"status": "completed", "heard_text": turn["text"]}
        | turn
        for position, turn in enumerate(turns)
    ]
    rows(site.data, INSERT, conversation_id, json.dumps(stored))


def _turn(position: int) -> Json:
    sentences = [
        f"This is sentence {number} of answer {position}, which goes on for as long as a sentence of a voice does. "
        for number in range(SENTENCES)
    ]
    return {
        "user_text": f"Question number {position}?",
        "text": "".join(sentences),
        "timings": {"ttfb": 120, "ttft": 180, "first_sentence": 240, "first_audio": 560, "dead_air": 560,
                    "total": 560 + SENTENCES * SPOKEN_MS},
        "timeline": _timeline(sentences),
    }  # fmt: skip


def _timeline(sentences: list[str]) -> Json:
    starts = [sum(map(len, sentences[:number])) for number in range(len(sentences))]
    return {
        "sentences": [
            {"index": number, "start": start, "end": start + len(text) - 1, "kind": "sentence", "t_ms": 240}
            for number, (start, text) in enumerate(zip(starts, sentences, strict=True))
        ],
        "segments": [
            _segment(number, start, text)
            for number, (start, text) in enumerate(zip(starts, sentences, strict=True))
        ],
        "delta_times_ms": list(range(180, 180 + 20 * len(sentences), 20)),
        "filler": None,
        "tool_calls": [],
        "events_fired": [],
        "notes": [],
        "reasoning": "",
        "finish_reason": "stop",
        "usage": {},
        "interrupted_at_ms": None,
        "response_status": 200,
    }


def _segment(number: int, start: int, text: str) -> Json:
    starts_ms = 560 + number * SPOKEN_MS
    words: list[tuple[int, int, int]] = []
    place = start
    for word in text.split():
        words.append((place, place + len(word), starts_ms + 90 * len(words)))
        place += len(word) + 1
    return {
        "id": number + 1, "kind": "sentence", "index": number, "text": text.strip(), "synthesis_ms": 300,
        "starts_ms": starts_ms, "ends_ms": starts_ms + SPOKEN_MS, "words": words, "cut": False,
    }  # fmt: skip
