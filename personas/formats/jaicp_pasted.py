"""Finds the reply in a pasted JAICP script or part of a reply; Just AI's pages show both."""

import re
from dataclasses import replace

from personas.formats.code import SKIPPED, STRING
from personas.formats.draft import Draft
from personas.formats.jaicp import MEMBERS, is_reply, read
from personas.formats.nodes import Node
from personas.formats.script import Reply, Script, read_script
from personas.formats.tolerant import Source

_MEMBER = re.compile(r"([A-Za-z]\w*)\s*:")
_OF_A_SCRIPT = re.compile(
    rf"{SKIPPED}|(?P<string>{STRING})"
    r"|(?P<mark>\$(?:response|jsapi|dialer|session|temp|request|client|reactions)\b|\bllmRequest\b"
    r"|^[ \t]*(?:theme|state)[ \t]*:[ \t]*[\w/]|^[ \t]*script[ \t]*:[ \t]*$)",
    re.DOTALL | re.MULTILINE,
)


def is_script(text: str) -> bool:
    """Whether the text contains syntax that only a JAICP script has."""
    return any(match["mark"] for match in _OF_A_SCRIPT.finditer(text))


def read_script_text(source: Source, start: int, *, site_url: str) -> Draft | None:
    """Return the persona of the script's first ``llmRequest``, or of the partial reply that begins at ``start``.

    None if it is neither. Raises FormatError.
    """
    script = read_script(source)
    reply = _first_request(script)
    if reply is None and not script.replies:
        reply = _part_of_a_reply(source, start)
    if reply is not None:
        return read(script, reply, site_url=site_url)
    if script.replies:
        source.fail("No reply of this script is an llmRequest.", script.replies[0].node.offset)
    return None


def _first_request(script: Script) -> Reply | None:
    """Return the first pushed ``llmRequest``, directly or through a variable, or None."""
    for reply in script.replies:
        node = script.names.resolved(reply.node)
        if is_reply(node):
            return replace(reply, node=node)
    return None


def _part_of_a_reply(source: Source, start: int) -> Reply | None:
    """Return the reply of a bare list of messages or tools, or of bare members (``parameters: { … }``)."""
    if source.text[start : start + 1] == "[":
        node, _ = source.read_array(start)
        items = node.value if isinstance(node.value, list) else []
        keys = items[0].value.keys() if items and isinstance(items[0].value, dict) else set()
        name = "messages" if "role" in keys else "tools" if "function" in keys else ""
        return Reply(Node({name: node}, start), "") if name else None
    members: dict[str, Node] = {}
    at = start
    while match := _MEMBER.match(source.text, at):
        if match[1] not in MEMBERS:
            break
        members[match[1]], end = source.read(match.end())
        at = source.skip(end)
        at = source.skip(at + 1) if source.text[at : at + 1] == "," else at
    return Reply(Node(dict(members), start), "") if members and at >= len(source.text) else None
