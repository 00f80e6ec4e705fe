"""Whose text a delta is: the assistant's, or that of another role, whose result or words a server let through."""

from playground.core.chat_completions import Chunk
from playground.core.payloads import parse_payload

ASSISTANT_ROLES = frozenset({"", "assistant", "model", "ai", "bot"})
"""OpenAI's name for who answers, and what copies of other APIs call it (Gemini, LangChain)."""
_MOST_TRIES = 16
"""How often a result is looked at for whether it is whole JSON, so that its cost stays that of its length."""


class Speakers:
    """A role holds for the deltas after it that name none, until another is named or what it says is whole.

    A tool's result is whole unless it is empty so far, or the beginning of JSON.
    """

    def __init__(self) -> None:
        self._role = ""
        self._parts: list[str] = []
        self._tries = 0

    def other_role(self, chunk: Chunk) -> str:
        """The role whose text the chunk holds; empty where it is the assistant's."""
        if chunk.role:
            self._role, self._parts, self._tries = chunk.role, [], 0
        elif self._role not in ASSISTANT_ROLES and self._is_whole():
            self._role = ""
        if self._role in ASSISTANT_ROLES:
            return ""
        self._parts.append(chunk.content)
        return self._role if chunk.content or chunk.reasoning or chunk.refusal else ""

    def _is_whole(self) -> bool:
        text = "".join(self._parts).strip() if self._tries < _MOST_TRIES else ""
        self._tries += 1
        return bool(text) and (not text.startswith(("{", "[")) or _is_json(text))


def _is_json(text: str) -> bool:
    try:
        parse_payload(text.encode("utf-8", "replace"))
    except ValueError:
        return False
    return True
