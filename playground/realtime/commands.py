"""Parses a viewer's JSON messages into commands, and limits them.

The names are those of Tavus' interactions protocol if it has one, the rest is ``playground.*``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from playground.engine.errors.codes import Code, CommandError
from playground.engine.json_text import json_bytes
from playground.engine.persona import InterruptHistory
from playground.engine.tools.schema_size import nests_deeper

MESSAGE_BYTES = 64 * 1024
"""The largest message and frame that a socket may send; a larger one closes it (1009)."""
USER_TEXT_CHARS = 32 * 1024
CONTEXT_CHARS = 64 * 1024
OUTPUT_CHARS = 64 * 1024
OUTPUT_DEPTH = 64
MESSAGE_ID_CHARS = 64


@dataclass(frozen=True, slots=True)
class Respond:
    """The user's text."""

    text: str
    client_msg_id: str = ""


@dataclass(frozen=True, slots=True)
class InterruptTurn:
    """At once without ``at_offset``, else when the voice gets to that place of the raw text."""

    at_offset: int | None = None


@dataclass(frozen=True, slots=True)
class Echo:
    """A text for the voice to speak verbatim, bypassing the LLM."""

    text: str
    client_msg_id: str = ""


@dataclass(frozen=True, slots=True)
class AppendContext:
    context: str


@dataclass(frozen=True, slots=True)
class OverwriteContext:
    context: str


@dataclass(frozen=True, slots=True)
class ChooseInterruptHistory:
    """What the next requests carry of answers that were cut, in place of the persona's own policy."""

    policy: InterruptHistory


@dataclass(frozen=True, slots=True)
class WithdrawInterrupt:
    """Take back an interrupt that waits for the voice."""


@dataclass(frozen=True, slots=True)
class ToolResult:
    """``output`` is text; an object is written as JSON. ``status``: success or error."""

    tool_call_id: str
    output: str
    status: str = "success"


@dataclass(frozen=True, slots=True)
class Resume:
    """Send the snapshot again; ``seq`` is the last event that the viewer has."""

    seq: int = 0


Command = (
    Respond
    | InterruptTurn
    | WithdrawInterrupt
    | Echo
    | AppendContext
    | OverwriteContext
    | ChooseInterruptHistory
    | ToolResult
    | Resume
)


def parse_command(text: str) -> Command:
    """Parse one message of a viewer. Raises CommandError (bad_message) with what is invalid."""
    if len(text.encode("utf-8", "surrogatepass")) > MESSAGE_BYTES:
        raise _bad(f"The message is longer than {MESSAGE_BYTES // 1024} KiB.")
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise _bad("The message is not JSON.") from None
    if not isinstance(message, dict):
        raise _bad("The message is not a JSON object.")
    event_type = message.get("event_type")
    parse = COMMANDS.get(event_type) if isinstance(event_type, str) else None
    if parse is None:
        raise _bad(f"event_type must be one of: {', '.join(COMMANDS)}.")
    properties = message.get("properties") or {}
    if not isinstance(properties, dict):
        raise _bad("properties must be a JSON object.")
    return parse(properties)


def _respond(properties: Mapping[str, Any]) -> Respond:
    return Respond(_text(properties, "text", USER_TEXT_CHARS), _message_id(properties))


def _interrupt(properties: Mapping[str, Any]) -> InterruptTurn:
    offset = properties.get("at_offset")
    if offset is not None and (not isinstance(offset, int) or isinstance(offset, bool) or offset < 0):
        raise _bad("at_offset must be a whole number, or absent.")
    return InterruptTurn(offset)


def _echo(properties: Mapping[str, Any]) -> Echo:
    if properties.get("modality", "text") != "text":
        raise _bad("Only the modality text is simulated.")
    return Echo(_text(properties, "text", USER_TEXT_CHARS), _message_id(properties))


def _append_context(properties: Mapping[str, Any]) -> AppendContext:
    return AppendContext(_text(properties, "context", CONTEXT_CHARS))


def _overwrite_context(properties: Mapping[str, Any]) -> OverwriteContext:
    return OverwriteContext(_text(properties, "context", CONTEXT_CHARS, may_be_empty=True))


def _choose_interrupt_history(properties: Mapping[str, Any]) -> ChooseInterruptHistory:
    policy = properties.get("policy")
    if not isinstance(policy, str) or policy not in set(InterruptHistory):
        raise _bad(f"policy must be one of: {', '.join(InterruptHistory)}.")
    return ChooseInterruptHistory(InterruptHistory(policy))


def _withdraw_interrupt(_properties: Mapping[str, Any]) -> WithdrawInterrupt:
    return WithdrawInterrupt()


def _tool_result(properties: Mapping[str, Any]) -> ToolResult:
    output = properties.get("output")
    if not isinstance(output, str):
        if nests_deeper(output, OUTPUT_DEPTH):
            raise _bad(f"output may nest {OUTPUT_DEPTH} deep at the most.")
        output = json_bytes(output).decode()
    status = properties.get("status", "success")
    if status not in {"success", "error"}:
        raise _bad("status must be success or error.")
    if len(output) > OUTPUT_CHARS:
        raise _bad(f"output may have {OUTPUT_CHARS:,} characters at most.")
    return ToolResult(_text(properties, "tool_call_id", 256), _printable(output, "output"), status)


def _resume(properties: Mapping[str, Any]) -> Resume:
    seq = properties.get("seq", 0)
    return Resume(seq if isinstance(seq, int) and not isinstance(seq, bool) and seq > 0 else 0)


COMMANDS: dict[str, Callable[[Mapping[str, Any]], Command]] = {
    "conversation.respond": _respond,
    "conversation.interrupt": _interrupt,
    "conversation.echo": _echo,
    "conversation.append_llm_context": _append_context,
    "conversation.overwrite_llm_context": _overwrite_context,
    "conversation.tool_result": _tool_result,
    "playground.choose_interrupt_history": _choose_interrupt_history,
    "playground.withdraw_interrupt": _withdraw_interrupt,
    "playground.resume": _resume,
}


def _text(properties: Mapping[str, Any], key: str, chars: int, *, may_be_empty: bool = False) -> str:
    value = properties.get(key)
    if not isinstance(value, str):
        raise _bad(f"{key} must be text.")
    if len(value) > chars:
        raise _bad(f"{key} may have {chars:,} characters at most.")
    if not value.strip() and not may_be_empty:
        raise _bad(f"{key} is empty.")
    return _printable(value.strip(), key)


def _printable(value: str, key: str) -> str:
    if "\0" in value:
        raise _bad(f"{key} holds a NUL character.")
    return value


def _message_id(properties: Mapping[str, Any]) -> str:
    value = properties.get("client_msg_id", "")
    if not isinstance(value, str) or len(value) > MESSAGE_ID_CHARS:
        raise _bad(f"client_msg_id must be text of {MESSAGE_ID_CHARS} characters at most.")
    return _printable(value, "client_msg_id")


def _bad(message: str) -> CommandError:
    return CommandError(Code.BAD_MESSAGE, message)
