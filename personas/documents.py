"""A persona's document: the JSON object of a persona version, from the rows and back into them.

Its shape is documented in `playground.engine.persona`. What the row refers to stands in the document by
name (token secrets) or in full (the filler config).
"""

from collections.abc import Mapping
from typing import Any

from personas.delays import DEFAULT_ACTIVATION_DELAY_MS
from personas.formats.registry import format_named
from personas.models import FillerConfig, Persona, TokenSecret
from personas.names import name_key

Json = dict[str, Any]


def document_of(persona: Persona) -> Json:
    """The whole persona as one JSON object: filler config resolved, secrets by name."""
    return {
        "persona_name": persona.persona_name,
        "system_prompt": persona.system_prompt,
        "context": persona.context,
        "default_replica_id": persona.default_replica_id,
        "llm": _llm_of(persona),
        "barge_in": persona.barge_in,
        "filler": filler_document(persona.filler_config),
        "tts": _tts_of(persona),
        "vqa": persona.vqa,
        "other_layers": persona.other_layers,
        "other_keys": persona.other_keys,
        "rehearsal": _rehearsal_of(persona),
    }


def filler_document(config: FillerConfig | None) -> Json | None:
    """Just AI's ``fillersPhraseConfig``, with the config's name."""
    if config is None:
        return None
    return {
        "name": config.name,
        "fillerPhrase": config.filler_phrase,
        "fillerPhrasesList": config.filler_phrases_list,
        "activationDelayMs": config.activation_delay_ms,
    }


def _llm_of(persona: Persona) -> Json:
    return {
        "platform": persona.platform,
        "provider": persona.provider,
        "address": persona.address,
        "model": persona.model,
        "token_secret": _name_of(persona, "token_secret"),
        "headers": persona.headers,
        "temperature": persona.temperature,
        "parameters": persona.parameters,
        "tools": persona.tools,
        "event_name": persona.event_name,
        "history_mode": persona.history_mode,
        "history_last": persona.history_last,
        "stream_options": persona.stream_options,
    }


def _tts_of(persona: Persona) -> Json | None:
    if persona.tts is None:
        return None
    return {**persona.tts, "token_secret": _name_of(persona, "tts_token_secret")}


def _rehearsal_of(persona: Persona) -> Json:
    return {
        "interrupt_history": persona.interrupt_history,
        "tool_mocks": persona.tool_mocks,
        "tool_endpoint": persona.tool_endpoint,
        "tool_endpoint_secret": _name_of(persona, "tool_endpoint_secret"),
        "max_tool_rounds": persona.max_tool_rounds,
        "stand_in_address": persona.stand_in_address,
        "stand_in_model": persona.stand_in_model,
        "stand_in_secret": _name_of(persona, "stand_in_secret"),
    }


def _name_of(persona: Persona, field: str) -> str:
    """The name of the token secret that a field refers to, or would if somebody had made it; empty: none."""
    secret: TokenSecret | None = getattr(persona, field)
    return secret.name if secret is not None else str(persona.missing_secrets.get(field, ""))


def merged_document(persona: Persona, read: Mapping[str, Any]) -> Json:
    """A document that was read from a platform's own, with all that it has no word for as the persona has it.

    On a persona of another platform that is the whole LLM: there the document's is only how it would look.
    """
    stored = document_of(persona)
    platform = read["llm"]["platform"]
    if platform == persona.platform:
        return format_named(platform).merged(stored, dict(read))
    kept = {key: stored[key] for key in ("barge_in", "filler", "rehearsal")}
    rest = {key: stored[key] | read[key] for key in ("other_layers", "other_keys")}
    rest["other_layers"].pop("llm", None)
    return {**read, **kept, **rest, "llm": stored["llm"]}


def apply_document(persona: Persona, document: Mapping[str, Any]) -> None:
    """Put a document's values into the persona, without saving it. What it leaves out gets its default.

    A named secret that doesn't exist is kept by its name as missing; a filler config that isn't stored yet is
    made. Call it inside the transaction that saves the persona. Raises KeyError where a required key is missing.
    """
    persona.missing_secrets = {}
    persona.persona_name = document["persona_name"]
    persona.system_prompt = document.get("system_prompt") or ""
    persona.context = document.get("context") or ""
    persona.default_replica_id = document.get("default_replica_id") or ""
    persona.barge_in = dict(document.get("barge_in") or {})
    persona.filler_config = _filler_config(document.get("filler"), persona.persona_name)
    persona.vqa = document.get("vqa")
    persona.other_layers = dict(document.get("other_layers") or {})
    persona.other_keys = dict(document.get("other_keys") or {})
    _apply_llm(persona, document["llm"])
    _apply_tts(persona, document.get("tts"))
    _apply_rehearsal(persona, document.get("rehearsal") or {})


def _apply_llm(persona: Persona, llm: Mapping[str, Any]) -> None:
    persona.platform = llm["platform"]
    persona.provider = llm.get("provider") or Persona.Provider.CUSTOM_LLM
    persona.address = llm.get("address") or ""
    persona.model = llm.get("model") or ""
    _refer(persona, "token_secret", llm.get("token_secret"))
    persona.headers = [list(header) for header in llm.get("headers") or ()]
    persona.temperature = llm.get("temperature")
    persona.parameters = dict(llm.get("parameters") or {})
    persona.tools = list(llm.get("tools") or ())
    persona.event_name = llm.get("event_name") or ""
    persona.history_mode = llm.get("history_mode") or Persona.HistoryMode.PROMPT_AND_SESSION
    persona.history_last = llm.get("history_last")
    persona.stream_options = llm.get("stream_options")


def _apply_tts(persona: Persona, tts: Mapping[str, Any] | None) -> None:
    if tts is None:
        persona.tts = None
        persona.tts_token_secret = None
        return
    persona.tts = {key: value for key, value in tts.items() if key != "token_secret"}
    _refer(persona, "tts_token_secret", tts.get("token_secret"))


def _apply_rehearsal(persona: Persona, rehearsal: Mapping[str, Any]) -> None:
    persona.interrupt_history = rehearsal.get("interrupt_history") or Persona.InterruptHistory.HEARD
    persona.tool_mocks = dict(rehearsal.get("tool_mocks") or {})
    persona.tool_endpoint = rehearsal.get("tool_endpoint") or ""
    _refer(persona, "tool_endpoint_secret", rehearsal.get("tool_endpoint_secret"))
    persona.max_tool_rounds = rehearsal.get("max_tool_rounds", 5)
    persona.stand_in_address = rehearsal.get("stand_in_address") or ""
    persona.stand_in_model = rehearsal.get("stand_in_model") or ""
    _refer(persona, "stand_in_secret", rehearsal.get("stand_in_secret"))


def _refer(persona: Persona, field: str, name: str | None) -> None:
    secret = TokenSecret.objects.filter(name__iexact=name).first() if name else None
    setattr(persona, field, secret)
    if name and secret is None:
        persona.missing_secrets[field] = name


def _filler_config(filler: Mapping[str, Any] | None, persona_name: str) -> FillerConfig | None:
    """The stored config that says the same, else a new one under a name that is free."""
    if not filler:
        return None
    delay_ms = filler.get("activationDelayMs")
    wanted = {
        "filler_phrase": filler.get("fillerPhrase") or "",
        "filler_phrases_list": list(filler.get("fillerPhrasesList") or ()),
        "activation_delay_ms": DEFAULT_ACTIVATION_DELAY_MS if delay_ms is None else int(delay_ms),
    }
    name = filler.get("name") or f"{persona_name} filler"
    same = [config for config in FillerConfig.objects.all() if _says(config, wanted)]
    for config in same:
        if config.name_key == name_key(name):
            return config
    if same and not filler.get("name"):
        return same[0]
    return FillerConfig.objects.create(name=_free_filler_name(name), **wanted)


def _says(config: FillerConfig, wanted: Mapping[str, Any]) -> bool:
    return all(getattr(config, field) == value for field, value in wanted.items())


def _free_filler_name(name: str) -> str:
    """The name, or the name with the first number that makes it free."""
    taken = set(FillerConfig.objects.values_list("name_key", flat=True))
    candidate, number = name[:100], 2
    while name_key(candidate) in taken:
        suffix = f" {number}"
        candidate, number = name[: 100 - len(suffix)] + suffix, number + 1
    return candidate
