"""The process that reads documents: of one or several personas, of a conversation, or of an API request."""

import traceback
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from personas.api.errors import ApiError
from personas.api.sent import read_sent_patch, read_sent_persona
from personas.formats import Draft
from personas.formats.detect import read_conversation, read_drafts
from personas.formats.nodes import FormatError
from personas.formats.tolerant import refuse_too_many_values
from personas.question_loop import serve

Question = dict[str, Any]
Answer = dict[str, Any]


def answer(question: Question) -> Answer:
    """Return what was read; ``refusal`` or ``api_refusal`` says why it is invalid, ``failure`` names a reader's bug."""
    try:
        return _READERS[question["kind"]](question)
    except FormatError as error:
        return {"refusal": [error.message, error.line, error.column]}
    except ApiError as error:
        return {"api_refusal": [error.status, error.message, error.field]}
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        return {"failure": f"{type(error).__name__} in {where.name}, line {where.lineno}"}


def _personas(question: Question) -> Answer:
    drafts = read_drafts(question["text"], site_url=question["site_url"])
    for draft in drafts:
        refuse_too_many_values(draft.document)
    return {"drafts": [_shallow(draft) for draft in drafts]}


def _conversation(question: Question) -> Answer:
    draft = read_conversation(question["text"])
    return {"conversation": None if draft is None else asdict(draft)}


def _sent_persona(question: Question) -> Answer:
    return {"draft": _shallow(read_sent_persona(question["text"], site_url=question["site_url"]))}


def _sent_patch(question: Question) -> Answer:
    draft = read_sent_patch(
        question["text"],
        question["before"],
        question["platform"],
        site_url=question["site_url"],
    )
    return {"draft": None if draft is None else _shallow(draft)}


def _shallow(draft: Draft) -> Answer:
    """Return the draft's fields, without `asdict`, which would copy each value of the document."""
    return {
        "platform": draft.platform,
        "document": draft.document,
        "secrets": [asdict(secret) for secret in draft.secrets],
        "notes": draft.notes,
        "initial_messages": draft.initial_messages,
    }


_READERS: dict[str, Callable[[Question], Answer]] = {
    "personas": _personas,
    "conversation": _conversation,
    "sent persona": _sent_persona,
    "sent patch": _sent_patch,
}


if __name__ == "__main__":
    serve(answer)
