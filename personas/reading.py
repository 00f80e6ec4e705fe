"""Reads pasted or uploaded documents in a process that is killed on a timeout.

Reading scans a text repeatedly and would block everyone else in this process.
"""

import atexit
from typing import Any

from django.views.decorators.debug import sensitive_variables

from personas.endable_processes import EndableProcesses
from personas.formats import ConversationDraft, Draft, DraftSecret, FormatError
from personas.formats.advice import with_advice
from personas.formats.tolerant import MAX_CHARS, too_long
from playground.engine.limits import MIB
from playground.engine.platforms.registry import platform_named

READ_MS = 5_000
READ_WAIT_MS = 6_000
"""How long a document waits for a free process."""
_ANSWER_BYTES = 16 * MIB
"""A character of the text may take twelve bytes in the answer."""


class ReadingTooSlowError(Exception):
    """No process answered in time, or it ended (out of memory)."""


class ReadingFailedError(RuntimeError):
    """The reader itself failed. The message names the place in the code, and nothing of the document."""


def read_document(text: str, *, site_url: str = "") -> Draft:
    """Run `personas.formats.read_document`. Raises FormatError, also on a timeout."""
    return read_documents(text, site_url=site_url)[0]


@sensitive_variables()
def read_documents(text: str, *, site_url: str = "") -> tuple[Draft, ...]:
    """Run `personas.formats.read_documents`. Raises FormatError, also on a timeout."""
    answer = _answer({"kind": "personas", "text": text, "site_url": site_url})
    return tuple(with_advice(draft_of(draft)) for draft in answer["drafts"])


@sensitive_variables()
def read_conversation(text: str) -> ConversationDraft | None:
    """Run `personas.formats.read_conversation`. Raises FormatError, also on a timeout."""
    draft = _answer({"kind": "conversation", "text": text})["conversation"]
    return None if draft is None else ConversationDraft(**draft | {"notes": tuple(draft["notes"])})


@sensitive_variables()
def _answer(question: dict[str, Any]) -> dict[str, Any]:
    question["text"] = question["text"].replace("\r\n", "\n")
    if len(question["text"]) > MAX_CHARS:
        raise too_long()
    try:
        answer = ask_reader(question)
    except ReadingTooSlowError:
        raise FormatError(
            f"Reading this took more than {READ_MS // 1000} seconds, and was given up. Leave out what is not part of "
            "the persona, import fewer personas at once, or try again when less is going on."
        ) from None
    if "refusal" in answer:
        raise FormatError(*answer["refusal"])
    return answer


@sensitive_variables()
def ask_reader(question: dict[str, Any]) -> dict[str, Any]:
    """Return the answer of `personas.document_process`. Raises ReadingTooSlowError, ReadingFailedError."""
    (answer,) = readers.ask_all([question], within_ms=READ_MS, wait_ms=READ_WAIT_MS)
    if answer is None:
        raise ReadingTooSlowError
    if "failure" in answer:
        raise ReadingFailedError(answer["failure"])
    return dict(answer)


@sensitive_variables()
def draft_of(draft: dict[str, Any]) -> Draft:
    """Return the draft from the process's JSON."""
    return Draft(
        platform_named(draft["platform"]).name,
        draft["document"],
        tuple(DraftSecret(**secret | {"hosts": tuple(secret["hosts"])}) for secret in draft["secrets"]),
        tuple(draft["notes"]),
        tuple(draft["initial_messages"]),
    )


readers = EndableProcesses("personas.document_process", answer_bytes=_ANSWER_BYTES)
atexit.register(readers.end)
