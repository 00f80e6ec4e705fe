"""What the persona editor is sent: a rich persona, as its form and as its document."""

from typing import Any

from personas.forms.persona import data_of
from personas.models import Persona


def typed(persona: Persona, /, **changes: Any) -> dict[str, Any]:
    """Return what a browser sends for the persona's form."""
    return data_of(persona) | {"face": "form"} | changes


def as_text(persona: Persona, text: str, /, **changes: Any) -> dict[str, Any]:
    """Return what a browser sends from the text face."""
    return data_of(persona) | {"face": "text", "text": text} | changes
