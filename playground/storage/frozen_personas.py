"""The frozen settings of persona versions. A version never changes, so each is read once and kept."""

from dataclasses import dataclass, replace
from datetime import datetime

from personas.models import PersonaVersion
from playground.engine.json_text import json_bytes
from playground.engine.json_types import Json
from playground.engine.persona import InterruptHistory, LLMSettings, PersonaSettings, Provider
from playground.engine.persona_document import platform_of, read_persona
from playground.engine.platforms.registry import platform_named
from playground.models import Conversation, Turn
from playground.storage.bounded_cache import BoundedCache
from playground.storage.used_versions import version_of

DEMO_SECRET_NAME = "DEMO_LLM_KEY"
KEPT_PERSONAS = 256
KEPT_PERSONAS_BYTES = 8 * 1024 * 1024
"""The most bytes of the documents of the kept personas."""


@dataclass(frozen=True, slots=True)
class FrozenPersona:
    """A persona version as turns need it."""

    settings: PersonaSettings
    with_stand_in: PersonaSettings
    """The settings with the stand-in's LLM."""
    bypasses_llm: bool
    """Whether its pipeline speaks the user's text itself."""


_kept: BoundedCache[tuple[int, datetime], FrozenPersona] = BoundedCache(
    entries=KEPT_PERSONAS, size=KEPT_PERSONAS_BYTES
)


def frozen_persona(version: PersonaVersion) -> FrozenPersona:
    """Return the version's persona; its document may be deferred."""
    key = (version.pk, version.created_at)
    kept = _kept.get(key)
    if kept is not None:
        return kept
    frozen = _read(version)
    _kept.put(key, frozen, size=len(json_bytes(version.document)))
    return frozen


def persona_of(conversation: Conversation) -> PersonaSettings:
    """Return the conversation's persona version, with the stand-in's LLM and the history policy if they were chosen."""
    return _with_policy(conversation, conversation.persona_version, conversation.interrupt_history)


def persona_of_turn(turn: Turn) -> PersonaSettings:
    """Return the persona as the turn used it: the conversation's version and policy may have been changed since."""
    return _with_policy(turn.conversation, version_of(turn), turn.interrupt_history)


def _with_policy(conversation: Conversation, version: PersonaVersion, policy: str) -> PersonaSettings:
    frozen = frozen_persona(version)
    persona = frozen.with_stand_in if conversation.stand_in else frozen.settings
    return replace(persona, interrupt_history=InterruptHistory(policy)) if policy else persona


def _read(version: PersonaVersion) -> FrozenPersona:
    document = version.document
    persona = read_persona(version.persona_ref, document)
    return FrozenPersona(
        settings=persona,
        with_stand_in=replace(persona, llm=_stand_in(persona.llm, document.get("rehearsal") or {})),
        bypasses_llm=platform_of(document).bypasses_llm(document.get("other_keys") or {}),
    )


def _stand_in(llm: LLMSettings, rehearsal: Json) -> LLMSettings:
    address = rehearsal.get("stand_in_address") or platform_named(llm.platform).demo_address
    return replace(
        llm,
        provider=Provider.CUSTOM_LLM,
        address=address,
        model=rehearsal.get("stand_in_model") or ("demo-tools" if llm.tools else "demo"),
        token_secret=rehearsal.get("stand_in_secret") or DEMO_SECRET_NAME,
        headers=(),
    )
