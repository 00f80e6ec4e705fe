"""What the strip of a stored turn is drawn from, without its texts."""

from playground.engine.events import Segment, TurnStatus
from playground.engine.json_types import Json
from playground.engine.speech.dead_air import cut_ms
from playground.engine.wait_numbers import StoredTurn


def drawn_turn(turn: StoredTurn) -> Json:
    """Return what the strip of a turn is drawn from (`static/js/playground/picture.js`).

    A text that was not heard to its end is told by a cut at offset 0, with the time of the first unheard word.
    """
    closed = turn.closed
    timeline = turn.row["timeline"]
    is_cut = closed.status is not TurnStatus.COMPLETED and closed.heard_text.rstrip() != closed.text.rstrip()
    unheard_ms = cut_ms(closed, turn.segments) if is_cut else None
    return {
        "turn_id": turn.row["pk"],
        "kind": turn.row["kind"],
        "continues": turn.row["continues_id"],
        "status": turn.row["status"],
        "text": "…" if closed.text else "",
        "heard_text": "" if is_cut or not closed.text else "…",
        "timings_ms": turn.timings,
        "created_at": turn.row["created_at"].isoformat(),
        "finish_reason": closed.finish_reason,
        "delta_times_ms": timeline.get("delta_times_ms", []),
        "interrupted_at_ms": timeline.get("interrupted_at_ms"),
        "tool_calls": [{"id": call["id"]} for call in turn.calls],
        "tool_results": {
            key: {"source": result.get("source")} for key, result in turn.row["tool_results"].items()
        },
        "sentences": [
            {"index": 0, "start": 0, "end": 0, "kind": "sentence", "t_ms": sentence["t_ms"]}
            for sentence in timeline.get("sentences", [])[-1:]
        ],
        "segments": [_drawn_segment(segment, unheard_ms) for segment in turn.segments],
    }


def _drawn_segment(segment: Segment, unheard_ms: int | None) -> Json:
    is_cut_here = unheard_ms is not None and segment.starts_ms <= unheard_ms <= segment.ends_ms
    return {
        "id": segment.id,
        "kind": segment.kind,
        "index": segment.index,
        "text": "",
        "synthesis_ms": segment.synthesis_ms,
        "starts_ms": segment.starts_ms,
        "ends_ms": segment.ends_ms,
        "words": [[0, 0, unheard_ms]] if is_cut_here else [],
        "pauses": [list(pause) for pause in segment.pauses_ms],
    }
