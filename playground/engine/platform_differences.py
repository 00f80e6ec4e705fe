"""Notes on where a rehearsal's request differs from what the platform would send."""

from playground.engine.events import TurnKind
from playground.engine.persona import PersonaSettings
from playground.engine.platforms.platform import Platform
from playground.engine.platforms.registry import platform_named, platforms, possessive


def platform_differences(
    persona: PersonaSettings, *, platform: Platform, kind: TurnKind, is_stand_in: bool
) -> list[str]:
    """Return the notes on a request of this kind as ``platform`` would send it."""
    sentences = []
    if kind is TurnKind.CONTINUATION:
        sentences.append("Rehearsal, not platform traffic: a tool's result is sent back to the LLM.")
    if is_stand_in:
        sentences.append("Rehearsal: a stand-in answers in place of the persona's own LLM.")
    if persona.llm.stream_options is not None:
        sentences.append(
            "stream_options is sent because the persona asks for it; the platform doesn't send it."
        )
    sentences += platform.differences(persona, platform_named(persona.llm.platform))
    if persona.filler is not None and not platform.plays_fillers:
        owners = " and ".join(possessive(known.label) for known in platforms() if known.plays_fillers)
        sentences.append(f"Fillers are {owners}: on {platform.label} the caller would hear silence instead.")
    return sentences
