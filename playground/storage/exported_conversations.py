"""A conversation as a file: JSON, Markdown, its cassettes, or one HTML page that stands alone. Secrets by name."""

import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO

from django.template.loader import render_to_string

from playground.engine.json_text import json_bytes
from playground.engine.json_types import Json
from playground.engine.limits import MIB
from playground.models import Completion, Conversation
from playground.storage.frozen_personas import persona_of
from playground.storage.listed_conversations import tags_of
from playground.storage.snapshot import conversation_json, turn_json
from playground.storage.transcript import (
    changes_by_position,
    first_words_of,
    transcript_of,
    versions_by_position,
)

HELD_BYTES = 8 * MIB
"""A larger archive is written to the disk while it is made."""


@dataclass(frozen=True, slots=True)
class ExportFormat:
    name: str
    label: str
    suffix: str
    content_type: str
    write: Callable[[Conversation], str]


def archive_of(conversations: Sequence[Conversation], export_format: ExportFormat) -> IO[bytes]:
    """Return a ZIP file, at its beginning, with a file for each."""
    file: IO[bytes] = SpooledTemporaryFile(max_size=HELD_BYTES)  # noqa: SIM115 # the response closes it
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for conversation in conversations:
            archive.writestr(filename_of(conversation, export_format), export_format.write(conversation))
    file.seek(0)
    return file


def filename_of(conversation: Conversation, export_format: ExportFormat) -> str:
    return f"{conversation.pk}.{export_format.suffix}"


def _json(conversation: Conversation) -> str:
    """Return everything that was said and when, as the socket's snapshot has it."""
    document = {
        "conversation": _exported_conversation(conversation),
        "turns": [turn_json(turn) for turn in conversation.turns.order_by("position").iterator()],
    }
    return json_bytes(document).decode()


def _cassette(conversation: Conversation) -> str:
    """Return each request and what came back, payload by payload with its time: what a replay needs."""
    completions = Completion.objects.filter(turn__conversation=conversation).select_related("turn")
    recorded = [_recorded(each) for each in completions.order_by("turn__position", "attempt").iterator()]
    return json_bytes(
        {"conversation": _exported_conversation(conversation), "completions": recorded}
    ).decode()


def _recorded(completion: Completion) -> Json:
    return {
        "turn_id": completion.turn_id,
        "turn_idx": completion.turn.position,
        "attempt": completion.attempt,
        "request": completion.request,
        "response_status": completion.response_status,
        "response_headers": completion.response_headers,
        "response_body": completion.response_body,
        "payloads": completion.payloads,
    }


def _exported_conversation(conversation: Conversation) -> Json:
    return conversation_json(conversation, persona_of(conversation)) | {
        "created_at": conversation.created_at.isoformat(),
        "ended_at": conversation.ended_at.isoformat() if conversation.ended_at else None,
        "properties": conversation.properties,
        "initial_messages": conversation.initial_messages,
        "tags": tags_of([conversation.pk]).get(conversation.pk, []),
    }


def _markdown(conversation: Conversation) -> str:
    return render_to_string("conversations/export.md", _transcript(conversation)).strip() + "\n"


def _html(conversation: Conversation) -> str:
    page = render_to_string("conversations/export.html", _transcript(conversation))
    return page.replace("</head>", f"<style>{_STYLE}</style>\n</head>", 1)


def _transcript(conversation: Conversation) -> Json:
    turns = transcript_of(conversation)
    return {
        "conversation": conversation,
        "version": conversation.persona_version,
        "name": conversation.persona_version.document.get("persona_name", ""),
        "turns": turns,
        "first_words": first_words_of(turns),
        "last_changes": changes_by_position(conversation).get(len(turns), ()),
        "last_version": versions_by_position(conversation).get(len(turns)),
        "tag_names": tags_of([conversation.pk]).get(conversation.pk, []),
    }


_STYLE = (
    ":root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}"
    "body{max-width:72ch;margin:2rem auto;padding:0 1rem}"
    "h1{font-size:1.5rem}dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem}dd{margin:0}"
    "article{padding:1rem 0;border-top:1px solid color-mix(in srgb,currentColor 20%,transparent)}"
    "p,pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:.25rem 0}"
    ".who{font-size:.8rem;font-weight:600}.small{font-size:.8rem;opacity:.75}del{opacity:.7}"
)

FORMATS = (
    ExportFormat("json", "JSON", "json", "application/json", _json),
    ExportFormat("markdown", "Markdown", "md", "text/markdown; charset=utf-8", _markdown),
    ExportFormat("cassette", "Cassette", "cassette.json", "application/json", _cassette),
    ExportFormat("html", "HTML page", "html", "text/html; charset=utf-8", _html),
)


def format_named(name: str) -> ExportFormat | None:
    return next((each for each in FORMATS if each.name == name), None)
