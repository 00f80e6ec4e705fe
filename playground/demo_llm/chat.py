"""Reads chat-completions requests for the demo LLM: strict about shapes, lenient about options."""

from dataclasses import dataclass
from typing import Literal

import orjson

from playground.demo_llm.errors import ApiError, bad_request
from playground.engine.json_types import Json

ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})

READ_CHARS = 8_000
"""How much of an utterance is read."""
READ_SYSTEM_CHARS = 64_000


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its role, and its text (of a list of parts, the text parts)."""

    role: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Function:
    """An offered function; ``parameters`` is a JSON schema of type object."""

    name: str
    description: str
    parameters: Json


@dataclass(frozen=True, slots=True)
class ToolChoice:
    """OpenAI's ``tool_choice``; ``name`` is set for one named function."""

    mode: Literal["auto", "none", "required"] = "auto"
    name: str = ""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    model: str
    messages: tuple[Message, ...]
    stream: bool = False
    include_usage: bool = False
    functions: tuple[Function, ...] = ()
    tool_choice: ToolChoice = ToolChoice()
    parallel_tool_calls: bool = True
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()

    @property
    def last(self) -> Message:
        return self.messages[-1]

    @property
    def system_text(self) -> str:
        parts = (each.text for each in self.messages if each.role in {"system", "developer"})
        return "\n\n".join(parts)[:READ_SYSTEM_CHARS]

    def texts_of(self, role: str) -> tuple[str, ...]:
        """Return a role's texts, oldest first, without empty ones, each shortened to `READ_CHARS`."""
        texts = (each.text[:READ_CHARS] for each in self.messages if each.role == role)
        return tuple(text for text in texts if text.strip())


def read_request(body: bytes) -> ChatRequest:
    """Read the body of a POST. Raises ApiError; options without effect here are accepted."""
    try:
        body_json = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise bad_request("We could not parse the JSON body of your request.") from None
    if not _can_be_written(body_json):
        raise bad_request("The body's JSON nests too deep.")
    if not isinstance(body_json, dict):
        raise bad_request("The body has to be a JSON object.")
    stream_options = body_json.get("stream_options") or {}
    return ChatRequest(
        model=_model(body_json),
        messages=_messages(body_json.get("messages")),
        stream=body_json.get("stream") is True,
        include_usage=isinstance(stream_options, dict) and stream_options.get("include_usage") is True,
        functions=_functions(body_json.get("tools")),
        tool_choice=_tool_choice(body_json.get("tool_choice")),
        parallel_tool_calls=body_json.get("parallel_tool_calls") is not False,
        max_tokens=_max_tokens(body_json),
        stop=_stop(body_json.get("stop")),
    )


def _can_be_written(value: object) -> bool:
    """Whether orjson can also write the value, since answers quote it: orjson reads deeper nesting than it writes."""
    try:
        orjson.dumps([[value]])
    except orjson.JSONEncodeError:
        return False
    return True


def _model(body: Json) -> str:
    name = body.get("model")
    if not isinstance(name, str) or not name:
        raise bad_request("You must provide a model parameter.", param="model")
    return name


def _messages(messages: object) -> tuple[Message, ...]:
    if not isinstance(messages, list) or not messages:
        raise bad_request("'messages' has to be an array with at least one message.", param="messages")
    return tuple(_message(index, each) for index, each in enumerate(messages))


def _message(index: int, message: object) -> Message:
    where = f"messages[{index}]"
    if not isinstance(message, dict):
        raise bad_request(f"'{where}' has to be an object.", param=where)
    role = message.get("role")
    if role not in ROLES:
        raise bad_request(
            f"'{where}.role' has to be one of {', '.join(sorted(ROLES))}.", param=f"{where}.role"
        )
    return Message(role=role, text=_text(message.get("content"), where))


def _text(content: object, where: str) -> str:
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [
            part.get("text") for part in content if isinstance(part, dict) and part.get("type") == "text"
        ]
        return "".join(part for part in parts if isinstance(part, str))
    raise bad_request(f"'{where}.content' has to be a string or an array of parts.", param=f"{where}.content")


def _functions(tools: object) -> tuple[Function, ...]:
    if tools is None:
        return ()
    if not isinstance(tools, list):
        raise bad_request("'tools' has to be an array.", param="tools")
    return tuple(_function(index, each) for index, each in enumerate(tools))


def _function(index: int, tool: object) -> Function:
    where = f"tools[{index}]"
    described = tool.get("function") if isinstance(tool, dict) else None
    if not isinstance(described, dict):
        raise bad_request(f"Missing required parameter: '{where}.function'.", param=f"{where}.function")
    name = described.get("name")
    if not isinstance(name, str) or not name:
        raise _missing_name(where)
    parameters = described.get("parameters")
    return Function(
        name=name,
        description=str(described.get("description") or ""),
        parameters=parameters if isinstance(parameters, dict) else {},
    )


def _missing_name(where: str) -> ApiError:
    return bad_request(
        f"Missing required parameter: '{where}.function.name'.", param=f"{where}.function.name"
    )


def _tool_choice(choice: object) -> ToolChoice:
    if choice == "none":
        return ToolChoice("none")
    if choice == "required":
        return ToolChoice("required")
    if isinstance(choice, dict) and isinstance(choice.get("function"), dict):
        return ToolChoice("required", str(choice["function"].get("name") or ""))
    return ToolChoice()


def _max_tokens(body: Json) -> int | None:
    for name in ("max_completion_tokens", "max_tokens"):
        limit = body.get(name)
        if limit is None:
            continue
        if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
            raise bad_request(f"'{name}' has to be a whole number of at least 1.", param=name)
        return limit
    return None


def _stop(stop: object) -> tuple[str, ...]:
    if isinstance(stop, str):
        return (stop,) if stop else ()
    if isinstance(stop, list):
        return tuple(each for each in stop if isinstance(each, str) and each)
    return ()
