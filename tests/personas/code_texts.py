"""A short document for code to stand around, and how such code is read."""

from typing import Any

from personas.formats import Draft, read_document

OBJECT = '{"persona_name": "Ann", "system_prompt": "Be Ann."}'


def read(text: str) -> tuple[Draft, Any]:
    draft = read_document(text)
    return draft, draft.document
