"""Reads and writes the platforms' documents: Tavus' persona JSON, JAICP's ``llmRequest``."""

from personas.formats.conversation import ConversationDraft
from personas.formats.detect import read_conversation, read_document, read_documents
from personas.formats.draft import Draft, DraftSecret
from personas.formats.nodes import FormatError

__all__ = [
    "ConversationDraft",
    "Draft",
    "DraftSecret",
    "FormatError",
    "read_conversation",
    "read_document",
    "read_documents",
]
