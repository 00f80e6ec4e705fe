"""JAICP's ``messages``: which history a script passes, read from what Just AI's pages show."""

import re
from dataclasses import dataclass

from personas.formats.fields import Fields
from personas.formats.nodes import Expression, Node
from personas.formats.rules import MAX_PROMPT_CHARS
from playground.core.persona import HistoryMode

MAX_MESSAGES = 1_000
ROLES = frozenset({"user", "assistant", "system"})

_HISTORY = r"\$jsapi\.chatHistoryInLlmFormat\s*\(\s*\)(?:\s*\.\s*slice\s*\(\s*-\s*([1-9]\d{0,3})\s*\))?"
_WHOLE_HISTORY = re.compile(_HISTORY)
_SPREAD_HISTORY = re.compile(r"\.\.\.\s*" + _HISTORY)
_THEN_HISTORY = re.compile(r"\s*\.\s*concat\s*\(\s*" + _HISTORY + r"\s*\)\s*")
_QUERY = re.compile(r"\$request\.query|\$parseTree\.text")


@dataclass(frozen=True, slots=True)
class ReadMessages:
    """The history mode, the prompt, and the literal messages that a conversation begins with."""

    mode: HistoryMode
    last: int | None = None
    """How many of the last messages; None: all."""
    system_prompt: str = ""
    initial: tuple[dict[str, str], ...] = ()


def read_messages(fields: Fields) -> ReadMessages:
    """What the reply's ``messages`` mean. Raises FormatError for a message that is none."""
    node = fields.node("messages")
    if node is None:
        fields.notices.add("messages is missing; the session's history was assumed.")
        return ReadMessages(HistoryMode.SESSION)
    if isinstance(node.value, Expression):
        return _of_expression(fields, node, node.value.text)
    if not isinstance(node.value, list):
        fields.source.fail("messages is not a list: [ … ].", node.offset)
    return _of_list(fields, node.value)


def _of_expression(fields: Fields, node: Node, text: str) -> ReadMessages:
    if found := _WHOLE_HISTORY.fullmatch(text):
        return ReadMessages(HistoryMode.SESSION, _number(found[1]))
    if text.startswith("["):
        array, end = fields.source.read_array(node.offset)
        then = _THEN_HISTORY.fullmatch(fields.source.text, end, node.offset + len(text))
        if then and isinstance(array.value, list):
            prompt, initial, _ = _literals(fields, array.value)
            return ReadMessages(HistoryMode.PROMPT_AND_SESSION, _number(then[1]), prompt, initial)
    fields.note_expression("messages", Expression(text))
    fields.notices.add("messages: the session's history was assumed.")
    return ReadMessages(HistoryMode.SESSION)


def _of_list(fields: Fields, items: list[Node]) -> ReadMessages:
    spread = items[-1].value if items else None
    then = _SPREAD_HISTORY.fullmatch(spread.text) if isinstance(spread, Expression) else None
    prompt, initial, asks = _literals(fields, items[:-1] if then else items)
    if then:
        return ReadMessages(HistoryMode.PROMPT_AND_SESSION, _number(then[1]), prompt, initial)
    if asks and not initial:
        if not prompt:
            return ReadMessages(HistoryMode.LAST_REQUEST)
        return ReadMessages(HistoryMode.PROMPT_AND_SESSION, 1, prompt)
    if initial:
        fields.notices.add(
            "messages: the literal messages are the history with which a conversation begins; "
            "they are no part of the persona."
        )
    mode = HistoryMode.PROMPT_AND_SESSION if prompt else HistoryMode.SESSION
    return ReadMessages(mode, None, prompt, initial)


def _literals(fields: Fields, items: list[Node]) -> tuple[str, tuple[dict[str, str], ...], bool]:
    """The system messages as one prompt, the others, and whether the last one is the user's request."""
    if len(items) > MAX_MESSAGES:
        fields.source.fail(f"At most {MAX_MESSAGES:,} messages can be read.", items[MAX_MESSAGES].offset)
    prompts: list[str] = []
    initial: list[dict[str, str]] = []
    for index, item in enumerate(items):
        name = f"messages[{index}]"
        if isinstance(item.value, Expression):
            fields.note_expression(name, item.value)
            continue
        message = Fields(fields.source, item, name, fields.notices)
        role = message.text("role", 20)
        if role not in ROLES:
            fields.source.fail(f"{name}.role is one of user, assistant, system.", item.offset)
        content = message.node("content")
        if role == "user" and index == len(items) - 1 and content is not None and _is_request(content):
            return "\n\n".join(prompts), tuple(initial), True
        text = message.text("content", MAX_PROMPT_CHARS)
        if role == "system":
            prompts.append(text)
        elif text:
            initial.append({"role": role, "content": text})
    return "\n\n".join(prompts), tuple(initial), False


def _is_request(content: Node) -> bool:
    return isinstance(content.value, Expression) and _QUERY.fullmatch(content.value.text) is not None


def _number(digits: str | None) -> int | None:
    return None if digits is None else int(digits)
