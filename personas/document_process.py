"""The process that reads documents: a persona's, several, or a conversation's."""

import traceback
from dataclasses import asdict
from typing import Any

from personas.formats.detect import read_conversation, read_drafts
from personas.formats.nodes import FormatError
from personas.question_loop import serve


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """``drafts`` or ``conversation`` as read; ``refusal``: why it can't be; ``failure``: a fault of the reader."""
    try:
        if question["is_conversation"]:
            draft = read_conversation(question["text"])
            return {"conversation": None if draft is None else asdict(draft)}
        return {
            "drafts": [
                asdict(draft) for draft in read_drafts(question["text"], site_url=question["site_url"])
            ]
        }
    except FormatError as error:
        return {"refusal": [error.message, error.line, error.column]}
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        return {"failure": f"{type(error).__name__} in {where.name}, line {where.lineno}"}


if __name__ == "__main__":
    serve(answer)
