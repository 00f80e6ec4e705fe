"""Where a rehearsal's request differs from what the platform would send, each in one sentence."""

from playground.engine.events import TurnKind
from playground.engine.persona import PersonaSettings, Platform, Provider


def departures(
    persona: PersonaSettings, *, platform: Platform, kind: TurnKind, is_stand_in: bool
) -> list[str]:
    """The sentences for a request of this kind as ``platform`` would send it."""
    llm = persona.llm
    found = []
    if kind is TurnKind.CONTINUATION:
        found.append("Rehearsal, not platform traffic: a tool's result is sent back to the LLM.")
    if is_stand_in:
        found.append("Rehearsal: a stand-in answers in place of the persona's own LLM.")
    if llm.stream_options is not None:
        found.append("stream_options is sent because the persona asks for it; the platform doesn't send it.")
    if platform is not llm.platform:
        found.append(_other_address(platform))
    if platform is Platform.TAVUS and persona.filler is not None:
        found.append("Fillers are JAICP's: on Tavus the caller would hear silence instead.")
    if platform is Platform.JAICP and llm.provider is Provider.CAILA_OPEN_AI and llm.tools:
        found.append("JAICP sends tools with CUSTOM_LLM only.")
    return found


def _other_address(platform: Platform) -> str:
    if platform is Platform.TAVUS:
        return "Tavus calls a base_url with /chat/completions after it; it is derived from the persona's url."
    return "JAICP calls a whole url; it is derived from the persona's base_url."
