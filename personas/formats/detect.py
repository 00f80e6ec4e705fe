"""What a pasted text is: a persona of either platform, several of them, or a conversation."""

import re
from dataclasses import dataclass, replace
from typing import NoReturn

from personas.formats import conversation, jaicp, tavus
from personas.formats.advice import with_advice
from personas.formats.bindings import Names
from personas.formats.code import about_platform_key, find_object, find_text, is_jaicp, is_python
from personas.formats.conversation import ConversationDraft
from personas.formats.curl import read_argument, read_command
from personas.formats.draft import Draft
from personas.formats.fenced import without_fence
from personas.formats.hash_comments import without_hash_comments
from personas.formats.nodes import FormatError, Node
from personas.formats.script import Reply, Script, read_script
from personas.formats.tolerant import Source

MAX_DOCUMENTS = 100

_OF_A_PERSONA = frozenset({"layers", "system_prompt", "persona_name", "pal_name", "context", "pipeline_mode"})
_KEYS_IN_CODE = frozenset(
    {"layers", "system_prompt", "persona_name", "pal_name", "pipeline_mode", "tokenSecret"}
)
_OF_A_CONVERSATION = frozenset({"conversational_context", "conversation_name"})
_MEMBER = re.compile(r"([A-Za-z]\w*)\s*:")
_NEITHER = (
    "Neither a Tavus persona nor a JAICP reply begins here: paste a persona's JSON { … } or a script with "
    "$response.replies.push({ … }). A curl command, a Python dict or a JavaScript object around it is fine too."
)


def read_document(text: str, *, site_url: str = "") -> Draft:
    """Read a Tavus persona JSON, or a JAICP reply, script or part of a reply; of several the first.

    An address behind ``site_url`` is the app's own. Raises FormatError with line and column.
    """
    return read_documents(text, site_url=site_url)[0]


def read_documents(text: str, *, site_url: str = "") -> tuple[Draft, ...]:
    """As `read_document`; of a list as Tavus' ``GET`` gives it (``{"data": [ … ]}``) every persona."""
    return tuple(with_advice(draft) for draft in read_drafts(text, site_url=site_url))


def read_drafts(text: str, *, site_url: str = "") -> tuple[Draft, ...]:
    """As `read_documents`, without advice, for which schemas are looked at in a process of their own."""
    pasted = _pasted(text, _KEYS_IN_CODE)
    if pasted.node is None:
        return (pasted.noted(_read_script(pasted.source, pasted.source.skip(0), site_url)),)
    listed = _listed(pasted.source, pasted.node)
    nodes = [pasted.node] if listed is None else listed
    return tuple(pasted.noted(_read_object(pasted.source, node, site_url)) for node in nodes)


def read_conversation(text: str) -> ConversationDraft | None:
    """What the text says of a conversation; None: it is none. Raises FormatError."""
    pasted = _pasted(text, _KEYS_IN_CODE | _OF_A_CONVERSATION)
    if pasted.node is None:
        return None
    listed = _listed(pasted.source, pasted.node)
    node = listed[0] if listed else pasted.node
    if not isinstance(node.value, dict) or jaicp.is_reply(node) or node.value.keys() & _OF_A_PERSONA:
        return None
    if not conversation.is_conversation(node):
        return None
    draft = conversation.read(pasted.source, node)
    return replace(draft, notices=(*pasted.notices, *draft.notices))


@dataclass(frozen=True, slots=True)
class _Pasted:
    """A text, the document's object in it (None for a script), and the notices about what is left out around it."""

    source: Source
    node: Node | None = None
    notices: tuple[str, ...] = ()

    def noted(self, draft: Draft) -> Draft:
        return replace(draft, notices=(*self.notices, *draft.notices))


def _pasted(text: str, keys_in_code: frozenset[str]) -> _Pasted:
    """The document out of the command or the code that it stands in. Raises FormatError."""
    fenced = without_fence(text.replace("\r\n", "\n").replace("\r", "\n"))
    command = read_command(fenced.text)
    inner = _in_code(command.text if command else read_argument(fenced.text), keys_in_code)
    about_command = command.notices if command else ()
    return replace(inner, notices=(*fenced.notices, *about_command, *inner.notices))


def _in_code(text: str, keys: frozenset[str]) -> _Pasted:
    source = Source(without_hash_comments(text), is_python=is_python(text))
    if source.text.startswith("{", source.skip(0)):
        return _Pasted(source, Names(source).filled(_whole_object(source)))
    document = None if is_jaicp(text) else find_object(source, keys)
    if document is not None:
        return _Pasted(source, document.node, document.notices)
    inner_text = None if is_jaicp(text) else find_text(source, keys)
    if inner_text is None:
        return _Pasted(source)
    inner = Source(inner_text)
    return _Pasted(inner, Names(inner).filled(_whole_object(inner)), tuple(about_platform_key(source.text)))


def _whole_object(source: Source) -> Node:
    node, end = source.read()
    rest = source.skip(end)
    if source.text[rest:].strip("); \n\t"):
        source.fail("The object ends before this: nothing else may follow it.", rest)
    return node


def _listed(source: Source, node: Node) -> list[Node] | None:
    """The items of Tavus' ``GET`` answer; None: it is none."""
    data = node.value.get("data") if isinstance(node.value, dict) else None
    if data is None or not isinstance(data.value, list) or _OF_A_PERSONA & _keys(node):
        return None
    if not data.value:
        source.fail("This list holds no persona.", data.offset)
    if len(data.value) > MAX_DOCUMENTS:
        source.fail(
            f"At most {MAX_DOCUMENTS} personas can be read at once.", data.value[MAX_DOCUMENTS].offset
        )
    return data.value


def _read_object(source: Source, node: Node, site_url: str) -> Draft:
    if jaicp.is_reply(node):
        reply = Reply(node, "")
        return jaicp.read(Script(source, (reply,), None, Names(source)), reply, site_url=site_url)
    if not _keys(node) & _OF_A_PERSONA:
        if conversation.is_conversation(node):
            source.fail("This is a conversation; paste the persona that it is with.", node.offset)
        source.fail(_NEITHER, node.offset)
    return tavus.read(source, node, site_url=site_url)


def _keys(node: Node) -> set[str]:
    return set(node.value) if isinstance(node.value, dict) else set()


def _read_script(source: Source, start: int, site_url: str) -> Draft:
    script = read_script(source)
    reply = _first_request(script)
    if reply is None and not script.replies:
        reply = _part_of_a_reply(source, start)
    if reply is None:
        _refuse(source, script, start)
    return jaicp.read(script, reply, site_url=site_url)


def _first_request(script: Script) -> Reply | None:
    """The first ``llmRequest`` that is pushed, itself or by the name of a variable."""
    for reply in script.replies:
        node = script.names.resolved(reply.node)
        if jaicp.is_reply(node):
            return replace(reply, node=node)
    return None


def _part_of_a_reply(source: Source, start: int) -> Reply | None:
    """The reply to which a bare list of messages or tools, or bare members (``parameters: { … }``), belong."""
    if source.text[start : start + 1] == "[":
        node, _ = source.read_array(start)
        items = node.value if isinstance(node.value, list) else []
        keys = _keys(items[0]) if items else set()
        name = "messages" if "role" in keys else "tools" if "function" in keys else ""
        return Reply(Node({name: node}, start), "") if name else None
    members: dict[str, Node] = {}
    at = start
    while found := _MEMBER.match(source.text, at):
        if found[1] not in jaicp.MEMBERS:
            break
        members[found[1]], end = source.read(found.end())
        at = source.skip(end)
        at = source.skip(at + 1) if source.text[at : at + 1] == "," else at
    return Reply(Node(dict(members), start), "") if members and at >= len(source.text) else None


def _refuse(source: Source, script: Script, start: int) -> NoReturn:
    if script.replies:
        source.fail("No reply of this script is an llmRequest.", script.replies[0].node.offset)
    if not source.text[start:]:
        raise FormatError("The text is empty: paste a persona's JSON or a JAICP script.")
    source.fail(_NEITHER, start)
