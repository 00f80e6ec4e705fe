"""Recognises the payload of nearly every event: a chunk that holds new text and nothing else."""

_CHUNK = "chat.completion.chunk"
_FIELDS = frozenset(
    {
        "id", "object", "created", "model", "choices", "usage", "system_fingerprint", "service_tier", "obfuscation",
        "provider",
    }
)  # fmt: skip
_CHOICE_FIELDS = frozenset(
    {
        "index", "delta", "finish_reason", "logprobs", "stop_reason", "native_finish_reason", "matched_stop",
        "token_ids", "content_filter_results",
    }
)  # fmt: skip
_EMPTY_FIELDS = frozenset({"refusal", "tool_calls", "function_call", "reasoning_content", "reasoning"})
"""Fields of a delta that some servers send with every one, as null."""


def plain_text(payload: object) -> str:
    """Return the text of a chunk in OpenAI's shape that holds only text of the assistant; empty for any other payload.

    Only fields are let through that neither `judge` nor `read_chunk` nor `kept_payload` reads anything from, so a
    plain chunk means the same to them: ``Chunk(content=text)``, no failure, no note.
    """
    if not isinstance(payload, dict) or not payload.keys() <= _FIELDS:
        return ""
    choices = payload.get("choices")
    if not isinstance(choices, list) or len(choices) != 1:
        return ""
    choice = choices[0]
    if not isinstance(choice, dict) or not choice.keys() <= _CHOICE_FIELDS:
        return ""
    if payload.get("object", _CHUNK) != _CHUNK or payload.get("usage") is not None:
        return ""
    if choice.get("index") != 0 or choice.get("finish_reason") is not None or choice.get("logprobs"):
        return ""
    return _only_text(choice.get("delta"))


def _only_text(delta: object) -> str:
    if not isinstance(delta, dict):
        return ""
    text = delta.get("content")
    if not isinstance(text, str) or delta.get("role", "assistant") != "assistant":
        return ""
    others = delta.keys() - {"content", "role"}
    if not others <= _EMPTY_FIELDS or any(delta[name] is not None for name in others):
        return ""
    return text
