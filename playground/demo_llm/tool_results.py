"""Puts a tool's result into words for the demo LLM."""

import orjson

from playground.demo_llm.chat import ChatRequest
from playground.demo_llm.situation import situation_of

RESULT_CHARS = 400
TOOL_ROLES = frozenset({"tool", "function"})


def is_tool_result(request: ChatRequest) -> bool:
    return request.last.role in TOOL_ROLES


def result_in_words(request: ChatRequest) -> str:
    """Return the results at the end of the messages as one utterance."""
    now = situation_of(request)
    results: list[str] = []
    for message in reversed(request.messages):
        if message.role not in TOOL_ROLES:
            break
        results.insert(0, message.text)
    texts = [_in_words(each) for each in results]
    failed = any(_is_failure(each) for each in results)
    phrase = now.phrases.tool_failed if failed else now.phrases.tool_result
    result = "; ".join(text for text in texts if text) or "—"
    return f"{now.say(phrase, result=result[:RESULT_CHARS].rstrip(' .'))} {now.say(now.phrases.tool_next)}"


def _in_words(content: str) -> str:
    try:
        return _spelled(orjson.loads(content))
    except (
        orjson.JSONDecodeError,
        RecursionError,
    ):  # orjson reads deeper nesting than Python's recursion limit
        return " ".join(content.split())


def _spelled(value: object) -> str:
    """Return JSON as speech: ``temperature 21, unit celsius``."""
    if isinstance(value, dict):
        return ", ".join(f"{str(name).replace('_', ' ')} {_spelled(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(_spelled(each) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value is None else str(value)


def _is_failure(content: str) -> bool:
    try:
        result = orjson.loads(content)
    except orjson.JSONDecodeError:
        return content.lstrip().lower().startswith("error")
    return isinstance(result, dict) and bool(result.get("error"))
