"""Detects what a pasted text is: a persona of some platform, several of them, or a conversation."""

from dataclasses import dataclass, replace
from typing import NoReturn

from personas.formats import conversation
from personas.formats.advice import with_advice
from personas.formats.bindings import Bindings
from personas.formats.code import about_platform_key, find_object, find_text, is_python
from personas.formats.conversation import ConversationDraft
from personas.formats.curl import read_argument, read_command
from personas.formats.draft import Draft
from personas.formats.fenced import without_fence
from personas.formats.hash_comments import without_hash_comments
from personas.formats.nodes import FormatError, Node
from personas.formats.registry import formats, recognisers
from personas.formats.tolerant import Source

MAX_DOCUMENTS = 100

_OF_A_CONVERSATION = frozenset({"conversational_context", "conversation_name"})


def read_document(text: str, *, site_url: str = "") -> Draft:
    """Read a document of any platform, the first of several.

    An address prefixed with ``site_url`` is this app's own. Raises FormatError with line and column.
    """
    return read_documents(text, site_url=site_url)[0]


def read_documents(text: str, *, site_url: str = "") -> tuple[Draft, ...]:
    """Read like `read_document`, but every persona of a list as a platform's API returns it."""
    return tuple(with_advice(draft) for draft in read_drafts(text, site_url=site_url))


def read_drafts(text: str, *, site_url: str = "") -> tuple[Draft, ...]:
    """Read like `read_documents`, without advice, for which schemas are checked in a separate process."""
    pasted = _pasted(text, _keys_in_code())
    if pasted.node is None:
        return (pasted.noted(_read_text(pasted.source, pasted.source.skip(0), site_url)),)
    items = _items(pasted.source, pasted.node)
    nodes = [pasted.node] if items is None else items
    return tuple(pasted.noted(_read_object(pasted.source, node, site_url)) for node in nodes)


def read_conversation(text: str) -> ConversationDraft | None:
    """Read a conversation, or return None if the text is no conversation. Raises FormatError."""
    pasted = _pasted(text, _keys_in_code() | _OF_A_CONVERSATION)
    if pasted.node is None:
        return None
    items = _items(pasted.source, pasted.node)
    node = items[0] if items else pasted.node
    is_persona = any(known.recognises(node) for known in formats())
    if is_persona or not conversation.is_conversation(node):
        return None
    draft = conversation.read(pasted.source, node)
    return replace(draft, notes=(*pasted.notes, *draft.notes))


@dataclass(frozen=True, slots=True)
class _PastedDocument:
    """A text, the document's object in it (None for a script), and notes on what is left out around it."""

    source: Source
    node: Node | None = None
    notes: tuple[str, ...] = ()

    def noted(self, draft: Draft) -> Draft:
        return replace(draft, notes=(*self.notes, *draft.notes))


def _pasted(text: str, keys_in_code: frozenset[str]) -> _PastedDocument:
    """Return the document within a command or code. Raises FormatError."""
    fenced = without_fence(text.replace("\r\n", "\n").replace("\r", "\n"))
    command = read_command(fenced.text)
    inner = _in_code(command.text if command else read_argument(fenced.text), keys_in_code)
    about_command = command.notes if command else ()
    return replace(inner, notes=(*fenced.notes, *about_command, *inner.notes))


def _keys_in_code() -> frozenset[str]:
    return frozenset().union(*(known.keys_in_code for known in formats()))


def _in_code(text: str, keys: frozenset[str]) -> _PastedDocument:
    is_script = any(known.is_own_language(text) for known in formats())
    source = Source(without_hash_comments(text), is_python=not is_script and is_python(text))
    if source.text.startswith("{", source.skip(0)):
        return _PastedDocument(source, Bindings(source).filled(_whole_object(source)))
    if is_script:
        return _PastedDocument(source)
    document = find_object(source, keys)
    if document is not None:
        return _PastedDocument(source, document.node, document.notes)
    inner_text = find_text(source, keys)
    if inner_text is None:
        return _PastedDocument(source)
    inner = Source(inner_text)
    return _PastedDocument(
        inner, Bindings(inner).filled(_whole_object(inner)), tuple(about_platform_key(source.text))
    )


def _whole_object(source: Source) -> Node:
    node, end = source.read()
    rest = source.skip(end)
    if source.text[rest:].strip("); \n\t"):
        source.fail("The object ends before this: nothing else may follow it.", rest)
    return node


def _items(source: Source, node: Node) -> list[Node] | None:
    """Return the documents of a list, or None if it is no list of them. Raises FormatError for too many."""
    lists = (known.items(source, node) for known in recognisers())
    items = next((items for items in lists if items is not None), None)
    if items is not None and len(items) > MAX_DOCUMENTS:
        source.fail(f"At most {MAX_DOCUMENTS} personas can be read at once.", items[MAX_DOCUMENTS].offset)
    return items


def _read_object(source: Source, node: Node, site_url: str) -> Draft:
    for known in recognisers():
        if known.recognises(node):
            return known.read(source, node, site_url=site_url)
    if conversation.is_conversation(node):
        source.fail("This is a conversation; paste the persona that it is with.", node.offset)
    source.fail(_neither(), node.offset)


def _read_text(source: Source, start: int, site_url: str) -> Draft:
    for known in recognisers():
        draft = known.read_text(source, start, site_url=site_url)
        if draft is not None:
            return draft
    _refuse(source, start)


def _refuse(source: Source, start: int) -> NoReturn:
    if not source.text[start:]:
        texts = " or ".join(known.pasted.text for known in formats())
        raise FormatError(f"The text is empty: paste {texts}.")
    source.fail(_neither(), start)


def _neither() -> str:
    documents = " nor ".join(known.pasted.document for known in formats())
    beginnings = " or ".join(known.pasted.beginning for known in formats())
    return (
        f"Neither {documents} begins here: paste {beginnings}. A curl command, a Python dict or a JavaScript object "
        "around it is fine too."
    )
