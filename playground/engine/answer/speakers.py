"""Tells whether a delta is the assistant's text or that of another role (a tool result) that a server let through."""

from playground.engine.answer.chunks import Chunk
from playground.engine.answer.payloads import parse_payload

_ROLES_OF_RESULTS = frozenset({"tool", "function", "ipython", "observation"})
"""Roles of function results: OpenAI's names, old and new, Llama's and GLM's."""
_OTHER_ROLES = _ROLES_OF_RESULTS | {"user", "human", "system", "developer"}
"""Any other name (model, chatbot, AIMessageChunk) means the assistant, so that its text is spoken."""
_MOST_TRIES = 16
"""How often a result is checked for being whole JSON: a limit keeps the cost linear."""


class Speakers:
    """Tracks the current role: it applies to later deltas without one, until another is named or its text is whole.

    A tool's result is whole unless it is empty, or the beginning of JSON.
    """

    def __init__(self) -> None:
        self._role = ""
        self._parts: list[str] = []
        self._tries = 0

    @property
    def is_other(self) -> bool:
        """Whether a delta without a role may belong to another role than the assistant."""
        return bool(self._role)

    def other_role(self, chunk: Chunk) -> str:
        """Return the chunk's role, in lower case; empty for the assistant."""
        has_text = bool(chunk.content or chunk.reasoning or chunk.refusal)
        if chunk.role:
            self._begin(chunk.role, has_text=has_text)
        elif self._role and self._is_whole():
            self._role = ""
        if not self._role:
            return ""
        self._parts.append(chunk.content)
        return self._role if has_text else ""

    def _begin(self, role: str, *, has_text: bool) -> None:
        """Begin a role. One that opens the answer without text, and is no result's, is a misnamed assistant."""
        holds = role in _ROLES_OF_RESULTS or (role in _OTHER_ROLES and has_text)
        self._role, self._parts, self._tries = role if holds else "", [], 0

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
