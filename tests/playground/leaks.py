"""Looking for a secret in everything that a turn leaves behind: frames, rows, logs, pages."""

import base64
import html
import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any
from urllib.parse import quote, quote_plus

from django.contrib.auth.models import User
from django.db import connection

from playground.models import Completion, Turn
from playground.realtime.snapshot_sender import PART_BYTES
from playground.storage.snapshot import load_snapshot
from tests.conftest import signed_in


def spellings(secret: str) -> set[str]:
    """Return the secret raw, URL-encoded, and base64-encoded at any offset."""
    raw = secret.encode()
    variants = {secret, quote(secret, safe=""), quote_plus(secret), quote(secret, safe="").lower()}
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for shift in range(3):
            whole = encode(b"\0" * shift + raw + b"\0" * (2 - shift)).decode()
            variants.add(whole[4:-4])  # what no neighbour has a part in
    return variants


def leaks_in(text: str, secret: str) -> list[str]:
    """Return the secret's spellings in a text, raw or HTML-escaped."""
    shown = html.unescape(text)
    return [spelling for spelling in spellings(secret) if spelling in text or spelling in shown]


def frames_text(events: Iterable[dict[str, Any]]) -> str:
    """Return all frames, and their texts joined: a value cut over deltas is one again."""
    events = list(events)
    texts = "".join(str(event["properties"].get("text", "")) for event in events)
    return json.dumps(events, ensure_ascii=False) + texts


def every_row() -> str:
    """Return every row of every table."""
    with connection.cursor() as cursor:
        tables = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            tables.append(f"{table}: {cursor.fetchall()!r}")
    return "\n".join(tables)


def record_pages(owner: User, conversation_id: str) -> str:
    """Return what tells of the conversation's answers, and its requests as each platform sends them."""
    requests = _turn_pages(conversation_id, "request/?platform=tavus", "request/?platform=jaicp")
    return "\n".join([answer_pages(owner, conversation_id), _pages(owner, requests)])


def answer_pages(owner: User, conversation_id: str) -> str:
    """Return the conversation's record, its streams and timelines, and its snapshot."""
    paths = [f"/conversations/{conversation_id}/", *_turn_pages(conversation_id, "stream/", "timeline/")]
    snapshot = asdict(load_snapshot(conversation_id, part_bytes=PART_BYTES))
    return "\n".join([_pages(owner, paths), json.dumps(snapshot, ensure_ascii=False)])


def other_pages(owner: User, conversation_id: str) -> str:
    """Return every page beside the record that shows something of the conversation."""
    turns = Turn.objects.filter(conversation_id=conversation_id).values_list("pk", flat=True)
    completions = Completion.objects.filter(turn__conversation_id=conversation_id)
    paths = [
        "/conversations/",
        f"/playground/{conversation_id}/",
        f"/admin/playground/conversation/{conversation_id}/change/",
        *(f"/admin/playground/turn/{turn}/change/" for turn in turns),
        *(f"/admin/playground/completion/{completion.pk}/change/" for completion in completions),
    ]
    return _pages(owner, paths)


def _turn_pages(conversation_id: str, *pages: str) -> list[str]:
    turns = Turn.objects.filter(conversation_id=conversation_id).values_list("pk", flat=True)
    return [f"/playground/turns/{turn}/{page}" for turn in turns for page in pages]


def _pages(owner: User, paths: Iterable[str]) -> str:
    client = signed_in(owner)
    pages = []
    for path in paths:
        response = client.get(path)
        assert response.status_code == 200, path
        pages.append(response.content.decode())
    return "\n".join(pages)
