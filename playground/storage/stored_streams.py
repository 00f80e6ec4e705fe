"""Reads what a turn's completions received, payload by payload, from their cassettes."""

from playground.engine.answer.replay import Replay
from playground.engine.json_types import Json
from playground.models import Completion, Turn


def stored_streams(turn: Turn) -> list[Json]:
    """Return each completion, the first attempt first.

    It is ``{"attempt", "status", "headers", "body", "payloads", "is_whole"}``; ``body`` is how a refusal's body begins.
    ``payloads`` are ``{"t_ms", "data", "became": [[kind, text]]}``: ``t_ms`` counts from the turn's start, and is None
    for the end.
    """
    return [stream_of(completion, turn.text) for completion in turn.completions.order_by("attempt")]


def stream_of(completion: Completion, text: str) -> Json:
    """Return a completion, stored or not, whose answer's text is ``text``."""
    replay = Replay(functions=_offered(completion.request.get("body")))
    read = [
        {"t_ms": payload.t_ms, "data": payload.data, "became": payload.became}
        for payload in replay.read(completion.payloads)
    ]
    return {
        "attempt": completion.attempt,
        "status": completion.response_status,
        "headers": completion.response_headers,
        "body": completion.response_body,
        "payloads": read,
        "is_whole": len(replay.text) >= len(text),
    }


def _offered(body: object) -> list[str]:
    """Return the names of the functions in a request's body."""
    tools = body.get("tools") if isinstance(body, dict) else None
    functions = [tool.get("function") for tool in tools or () if isinstance(tool, dict)]
    return [str(function.get("name")) for function in functions if isinstance(function, dict)]
