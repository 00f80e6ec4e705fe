"""Shows an inspected request's answer as the playground shows a turn: transcript, timeline, stream."""

from playground.engine.json_types import Json
from playground.engine.persona import LLMSettings, PersonaSettings
from playground.inspectors.recorded_exchange import recorded_exchange
from playground.models import Completion, InspectedRequest
from playground.storage.stored_streams import stream_of
from playground.storage.stored_timeline import timeline_of
from playground.storage.turn_rows import closed_row

_NOBODY = PersonaSettings("", "", LLMSettings(platform="", address="", model=""))
"""The voice of every recorded answer: an inspector has no persona."""


def answer_picture(request: InspectedRequest) -> Json | None:
    """Return ``{"turn", "timeline", "completions"}``; None if there is no ended answer to a completion's request.

    They have the shapes of a snapshot's turn, of `stored_timeline` and of `stored_streams`, so that the playground's
    own components draw them. Times count from the arrival of the request's headers. A long answer takes long.
    """
    exchange = recorded_exchange(request)
    if exchange is None:
        return None
    record = exchange.turn(turn_id=f"{request.inspector_id}-{request.number}", turn_idx=request.number)
    (values,) = closed_row(record, "", last_seq=0, inference_id="").completions
    completion = Completion(**{name: value for name, value in values.items() if name != "id"})
    turn = record.as_json(created_at=request.arrived_at.isoformat())
    return {
        "turn": turn,
        "timeline": timeline_of(_NOBODY, [completion], turn["text"]),
        "completions": [stream_of(completion, turn["text"])],
    }
