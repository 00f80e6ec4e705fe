"""Reads JAICP's ``messages``: which history a script passes, by the examples on Just AI's pages."""

import re
from dataclasses import dataclass

from personas.formats.fields import Fields
from personas.formats.jaicp_history import Histories, Part, Parts, SessionHistory
from personas.formats.nodes import Expression, Node
from personas.formats.rules import MAX_PROMPT_CHARS
from playground.engine.persona import HistoryMode

MAX_MESSAGES = 1_000
ROLES = frozenset({"user", "assistant", "system"})

_QUERY = re.compile(r"\$request\.query|\$parseTree\.text")


@dataclass(frozen=True, slots=True)
class MessagesDraft:
    """The history mode, the prompt, and the literal messages that a conversation begins with."""

    mode: HistoryMode
    last: int | None = None
    """The number of last messages; None for all."""
    system_prompt: str = ""
    initial: tuple[dict[str, str], ...] = ()


def read_messages(fields: Fields, histories: Histories) -> MessagesDraft:
    """Read the reply's ``messages``. Raises FormatError for an invalid message."""
    node = fields.node("messages")
    if node is None:
        fields.notes.add("messages is missing; the session's history was assumed.")
        return MessagesDraft(HistoryMode.SESSION)
    if not isinstance(node.value, Expression | list):
        fields.source.fail("messages is not a list: [ … ].", node.offset)
    parts = histories.parts(node)
    if parts is None:
        if isinstance(node.value, Expression):
            fields.note_expression("messages", node.value, node.offset)
        line = fields.source.line_of(node.offset)
        fields.notes.add(
            f"Line {line}: how messages are put together could not be followed; the session's history was assumed."
        )
        return MessagesDraft(HistoryMode.SESSION)
    place = next((index for index, part in enumerate(parts) if isinstance(part, SessionHistory)), None)
    if place is None:
        return _without_history(fields, [part for part in parts if isinstance(part, Node)])
    is_list = isinstance(node.value, list) or node.value.text.startswith("[")
    return _around_history(
        fields, parts, place, HistoryMode.PROMPT_AND_SESSION if is_list else HistoryMode.SESSION
    )


def _around_history(fields: Fields, parts: Parts, place: int, mode: HistoryMode) -> MessagesDraft:
    """Read messages around the session's history: those before it begin each request.

    ``mode`` applies if there are no others.
    """
    before = [part for part in parts[:place] if isinstance(part, Node)]
    prompt, initial, asks = _literals(fields, before)
    if asks:
        fields.notes.add("messages: the user's request stands before the history too; it is sent once, last.")
    prompts = [prompt] if prompt else []
    for part in parts[place + 1 :]:
        prompts += _behind_history(fields, part)
    past = parts[place]
    last = past.last if isinstance(past, SessionHistory) else None
    mode = HistoryMode.PROMPT_AND_SESSION if prompts or before else mode
    return MessagesDraft(mode, last, "\n\n".join(prompts), initial)


def _behind_history(fields: Fields, part: Part) -> list[str]:
    """Return the prompt of a message after the history, and note the message: Greenroom sends none there."""
    line = fields.source.line_of(part.offset)
    if isinstance(part, SessionHistory):
        fields.notes.add(f"Line {line}: the session's history stands there a second time; it is sent once.")
        return []
    if isinstance(part.value, Expression):
        fields.note_expression("messages", part.value, part.offset)
        return []
    message = Fields(fields.source, part, "messages[…]", fields.notes)
    role = _role(message)
    content = message.node("content")
    if role == "system":
        fields.notes.add(
            f"Line {line}: this system message stands behind the history in the script; it was put into the prompt, "
            "which is sent before the history."
        )
        return [message.prompt("content", MAX_PROMPT_CHARS)]
    if role == "user" and content is not None and _is_request(content):
        fields.notes.add(
            f"Line {line}: the user's request is added to a history that ends with it already; it is sent once."
        )
    else:
        fields.notes.add(
            f"Line {line}: this {role} message stands behind the history, where Greenroom sends the user's words; "
            "it was left out."
        )
    return []


def _without_history(fields: Fields, items: list[Node]) -> MessagesDraft:
    prompt, initial, asks = _literals(fields, items)
    if asks and not initial:
        if not prompt:
            return MessagesDraft(HistoryMode.LAST_REQUEST)
        return MessagesDraft(HistoryMode.PROMPT_AND_SESSION, 1, prompt)
    if initial:
        fields.notes.add(
            "messages: the literal messages are the history with which a conversation begins; "
            "they are no part of the persona."
        )
    mode = HistoryMode.PROMPT_AND_SESSION if prompt else HistoryMode.SESSION
    return MessagesDraft(mode, None, prompt, initial)


def _literals(fields: Fields, items: list[Node]) -> tuple[str, tuple[dict[str, str], ...], bool]:
    """Return the system messages as one prompt, the others, and whether the last is the user's request."""
    if len(items) > MAX_MESSAGES:
        fields.source.fail(f"At most {MAX_MESSAGES:,} messages can be read.", items[MAX_MESSAGES].offset)
    prompts: list[str] = []
    initial: list[dict[str, str]] = []
    for index, item in enumerate(items):
        name = f"messages[{index}]"
        if isinstance(item.value, Expression):
            fields.note_expression(name, item.value, item.offset)
            continue
        message = Fields(fields.source, item, name, fields.notes)
        role = _role(message)
        content = message.node("content")
        if role == "user" and index == len(items) - 1 and content is not None and _is_request(content):
            return "\n\n".join(prompts), tuple(initial), True
        text = message.prompt("content", MAX_PROMPT_CHARS)
        if role == "system":
            prompts.append(text)
        elif text:
            initial.append({"role": role, "content": text})
    return "\n\n".join(prompts), tuple(initial), False


def _role(message: Fields) -> str:
    role = message.text("role", 20)
    if role not in ROLES:
        message.source.fail(f"{message.name_of('role')} is one of user, assistant, system.", message.offset)
    return role


def _is_request(content: Node) -> bool:
    return isinstance(content.value, Expression) and _QUERY.fullmatch(content.value.text) is not None
