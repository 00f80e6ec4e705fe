"""Recognises answers of other APIs by their first payload, and where such a server has chat completions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from playground.engine.errors.codes import Code, UpstreamError

Payload = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class OtherApi:
    """``path`` is where a server of this API has its chat completions; empty if it has none."""

    name: str
    path: str
    speaks: Callable[[Payload], bool]


def other_api(payload: Payload) -> OtherApi | None:
    """Return the API of a payload; None for chat completions and unknown APIs."""
    if _is_text_completion(payload):
        return _TEXT_COMPLETIONS
    if "choices" in payload:
        return None
    return next((api for api in _APIS if api.speaks(payload)), None)


def another_api(api: OtherApi, address: str) -> UpstreamError:
    """Return the error. ``address``: the one that was called, or empty if unknown."""
    return UpstreamError(
        Code.BAD_RESPONSE,
        f"The server answered in {api.name}, not with a chat completion. {_advice(api, address)}",
    )


def _advice(api: OtherApi, address: str) -> str:
    if not api.path:
        return "Put a server in between that answers as OpenAI's /v1/chat/completions does."
    return (
        f"The right address is {_origin(address)}{_path(api, address)} "
        "(a base URL is the part before /chat/completions)."
    )


def _origin(address: str) -> str:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "…"
    if not host or parts.scheme not in {"http", "https"}:
        return "…"
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def _path(api: OtherApi, address: str) -> str:
    """Return the API's own path, or, if the address ends in a sibling of chat completions, the path beside it."""
    path = urlsplit(address).path.rstrip("/") if _origin(address) != "…" else ""
    for ending in ("/completions", "/responses", "/messages"):
        stem = path.removesuffix(ending)
        if stem != path and stem.endswith("/v1"):
            return f"{stem}/chat/completions"
    return api.path


def _type(payload: Payload, name: str = "type") -> str:
    kind = payload.get(name)
    return kind if isinstance(kind, str) else ""


def _is_ollama(payload: Payload) -> bool:
    return isinstance(payload.get("done"), bool) and ("message" in payload or "response" in payload)


_ANTHROPIC = frozenset(
    {
        "message_start", "message_delta", "message_stop", "content_block_start", "content_block_delta",
        "content_block_stop", "message",
    }
)  # fmt: skip
_COHERE = frozenset(
    {
        "message-start", "message-end", "content-start", "content-delta", "content-end", "tool-plan-delta",
        "tool-call-start", "tool-call-delta", "tool-call-end",
    }
)  # fmt: skip
_COHERE_V1 = frozenset({"stream-start", "text-generation", "stream-end", "tool-calls-generation"})
_VERCEL = frozenset(
    {
        "start", "start-step", "text-start", "text-delta", "text-end", "reasoning-start", "reasoning-delta",
        "tool-input-start", "finish-step", "finish",
    }
)  # fmt: skip
_BEDROCK = frozenset(
    {"messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop"}
)


def _is_text_completion(payload: Payload) -> bool:
    if payload.get("object") == "text_completion":
        return True
    choices = payload.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return (
        isinstance(first, dict)
        and isinstance(first.get("text"), str)
        and "delta" not in first
        and "message" not in first
    )


def _is_responses(payload: Payload) -> bool:
    return _type(payload).startswith("response.") or payload.get("object") == "response"


def _is_llama_cpp(payload: Payload) -> bool:
    return isinstance(payload.get("content"), str) and isinstance(payload.get("stop"), bool)


def _is_tgi(payload: Payload) -> bool:
    return isinstance(payload.get("token"), dict) or isinstance(payload.get("generated_text"), str)


def _is_yandex(payload: Payload) -> bool:
    result = payload.get("result")
    return isinstance(result, dict) and "alternatives" in result


def _is_assistants(payload: Payload) -> bool:
    return _type(payload, "object").startswith("thread")


_CHAT = "/v1/chat/completions"
_TEXT_COMPLETIONS = OtherApi("OpenAI's older completions API (text_completion)", _CHAT, _is_text_completion)
_APIS = (
    OtherApi("OpenAI's Responses API", _CHAT, _is_responses),
    OtherApi("OpenAI's Assistants API", _CHAT, _is_assistants),
    OtherApi("Ollama's own API", _CHAT, _is_ollama),
    OtherApi("Anthropic's Messages API", _CHAT, lambda payload: _type(payload) in _ANTHROPIC),
    OtherApi(
        "Gemini's own API",
        "/v1beta/openai/chat/completions",
        lambda payload: "candidates" in payload or "promptFeedback" in payload,
    ),
    OtherApi(
        "Cohere's own API",
        "/compatibility/v1/chat/completions",
        lambda payload: _type(payload) in _COHERE or _type(payload, "event_type") in _COHERE_V1,
    ),
    OtherApi("Bedrock's Converse API", "", lambda payload: not _BEDROCK.isdisjoint(payload)),
    OtherApi("YandexGPT's own API", _CHAT, _is_yandex),
    OtherApi("llama.cpp's own API", _CHAT, _is_llama_cpp),
    OtherApi("text-generation-inference's own API", _CHAT, _is_tgi),
    OtherApi("the stream protocol of the Vercel AI SDK", "", lambda payload: _type(payload) in _VERCEL),
)
