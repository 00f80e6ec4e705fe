"""The demo-echo model: answers with the request it received, with credentials masked."""

from collections.abc import Collection
from dataclasses import dataclass

import orjson

MASK = "***"
CREDENTIAL_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key", "api-key"})
CONVERSATION_HEADER = "conversation_id"


@dataclass(frozen=True, slots=True, repr=False)
class ReceivedRequest:
    """An HTTP request as received; its body is JSON. ``secrets`` are masked everywhere."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    secrets: Collection[str] = ()


def echo(received: ReceivedRequest) -> str:
    """Return a sentence on ``conversation_id``, then the request as a fenced JSON block (spoken, too)."""
    shown = {
        "method": received.method,
        "path": received.path,
        "headers": [[name, _masked(name, value)] for name, value in received.headers],
        "body": orjson.loads(received.body),
    }
    text = orjson.dumps(shown, option=orjson.OPT_INDENT_2).decode()
    for secret in received.secrets:
        if secret:
            text = text.replace(secret, MASK)
    return f"Here is the request that I got. {_on_conversation_id(received)}\n\n```json\n{text}\n```"


def _on_conversation_id(received: ReceivedRequest) -> str:
    for name, value in received.headers:
        if name.lower() == CONVERSATION_HEADER:
            return f"Its header {CONVERSATION_HEADER} is {value}."
    return (
        f"No header named {CONVERSATION_HEADER} arrived: Daphne, Django and nginx drop names with an "
        "underscore, so over their sockets it is gone even when it was sent."
    )


def _masked(name: str, value: str) -> str:
    """Return the value, or for a credential only its scheme (``Bearer ***``)."""
    if name.lower() not in CREDENTIAL_HEADERS:
        return value
    scheme, space, _ = value.partition(" ")
    return f"{scheme} {MASK}" if space and "=" not in scheme else MASK
