"""Personas, and what their pages are sent and show, as several tests need it."""

from html import unescape
from typing import Any

from django.urls import reverse

from personas.models import Persona
from personas.saving import save_persona
from tests.personas.making import make_persona

TOOL = {"type": "function", "function": {"name": "getWeather", "parameters": {"type": "object"}}}


def stored(**fields: Any) -> Persona:
    persona = make_persona(**fields)
    save_persona(persona, by=None)
    return persona


def edit_url(persona: Persona) -> str:
    return reverse("personas:edit", args=[persona.pk])


def text_of(response: Any) -> str:
    return unescape(response.content.decode())


NEW = {
    "persona_name": "Ann",
    "platform": "tavus",
    "provider": "CUSTOM_LLM",
    "history_mode": "prompt_and_session",
    "interrupt_history": "heard",
    "max_tool_rounds": "5",
    "vision": "absent",
}
