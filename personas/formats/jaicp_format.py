"""JAICP's documents: the script with its ``llmRequest``, what it keeps, and conversions to and from it."""

from collections.abc import Iterator, Mapping
from typing import Any

from personas.formats.bindings import Bindings
from personas.formats.conversion_notes import ConversionNote, become, changed, lost, mapped
from personas.formats.draft import Draft
from personas.formats.field_note import FieldNote, Topic
from personas.formats.jaicp import is_reply, read
from personas.formats.jaicp_advice import NOTES, advice_on_size
from personas.formats.jaicp_keys import KEYS
from personas.formats.jaicp_pasted import is_script, read_script_text
from personas.formats.jaicp_script import state_name, to_script
from personas.formats.nodes import Node
from personas.formats.platform_format import (
    OWN,
    Conversion,
    Document,
    EditorTexts,
    FileFormat,
    OwnApi,
    PartNames,
    PastedTexts,
)
from personas.formats.script import Reply, Script
from personas.formats.tolerant import Source
from playground.engine.addresses.address import is_placeholder
from playground.engine.addresses.route import with_route
from playground.engine.json_types import Json
from playground.engine.persona import HistoryMode, Provider
from playground.engine.platforms.jaicp import CAILA_MODEL_PREFIX, Jaicp, caila_base_url
from playground.engine.platforms.platform import Platform
from playground.engine.prompt import compose_system_message
from playground.engine.request import Surroundings

_PHRASES = ("fillerPhrase", "fillerPhrasesList", "activationDelayMs")


class JaicpFormat:
    platform: Platform = Jaicp()
    file = FileFormat("JAICP script", ".sc", "text/plain")
    face = EditorTexts("Script", "JAICP script", "its name", is_json=False, keys=KEYS)
    pasted = PastedTexts(
        document="a JAICP reply",
        text="a JAICP script",
        beginning="a script with $response.replies.push({ … })",
        imported="JAICP reply or script",
        started="JAICP reply",
        example='$response.replies.push({ type: "llmRequest", … })',
    )
    words = PartNames(document="script", parameters="parameters", tools="tools", secret="tokenSecret {}")
    api: OwnApi | None = None

    keys_in_code = frozenset({"tokenSecret"})

    def is_own_language(self, text: str) -> bool:
        return is_script(text)

    def items(self, source: Source, node: Node) -> list[Node] | None:
        return None

    def recognises(self, node: Node) -> bool:
        return is_reply(node)

    def read(self, source: Source, node: Node, *, site_url: str) -> Draft:
        reply = Reply(node, "")
        return read(Script(source, (reply,), None, Bindings(source)), reply, site_url=site_url)

    def read_text(self, source: Source, start: int, *, site_url: str) -> Draft | None:
        return read_script_text(source, start, site_url=site_url)

    def write(self, document: Document, *, site_url: str) -> str:
        return to_script(document, site_url=site_url)

    def face_text(self, document: Document) -> str:
        return to_script(document)

    def merged(self, stored: Json, read: Json) -> Json:
        own = {key: stored[key] for key in ("default_replica_id", "tts", "vqa", "other_layers", "rehearsal")}
        prompt = _merged_prompt(stored, read)
        llm = read["llm"] | {"stream_options": stored["llm"]["stream_options"]}
        return {
            **read,
            **own,
            **prompt,
            "llm": llm,
            "filler": _merged_filler(stored["filler"], read["filler"]),
        }

    parts: frozenset[str] = frozenset()
    listing: tuple[str, ...] = (
        "provider", "address", "token_secret", "headers", "parameters", "history_mode", "tools", "event_name",
        "system_prompt", OWN, "default_replica_id", "tts_engine", "vision", "other_layers", "other_keys",
    )  # fmt: skip

    def own(self, document: Document) -> Json:
        has_prompt = _mode(document["llm"]) is HistoryMode.PROMPT_AND_SESSION
        return dict(document) | {"system_prompt": _prompt(document) if has_prompt else "", "context": ""}

    def own_notes(self, document: Document) -> Iterator[ConversionNote]:
        context, system_prompt = document.get("context") or "", document.get("system_prompt") or ""
        if _mode(document["llm"]) is not HistoryMode.PROMPT_AND_SESSION:
            for name in ("system_prompt", "context"):
                if document.get(name):
                    yield lost(
                        name, f"{name}: the history mode passes no prompt, so the script has no place for it."
                    )
            return
        if context:
            yield changed(
                "context",
                "system_prompt and context become one system message in messages, a blank line between them.",
            )
        if _prompt(document) == system_prompt:
            return
        if not context.strip() or not system_prompt.strip():
            yield changed("system_prompt", "A part of the prompt that holds only white space is left out.")
        else:
            yield changed("system_prompt", "system_prompt begins the one system message in messages.")

    def neutral(self, document: Document, surroundings: Surroundings) -> Json:
        """Return the document unchanged, except that Caila's provider becomes its OpenAI adapter."""
        llm = document["llm"]
        if not _is_caila(llm):
            return dict(document)
        secret, model = llm.get("token_secret"), llm.get("model") or ""
        adapter = {
            "provider": Provider.CUSTOM_LLM.value,
            "address": with_route(caila_base_url(surroundings)),
            "model": CAILA_MODEL_PREFIX + model if model else "",
            "headers": [["Authorization", secret]] if secret else [],
        }
        return dict(document) | {"llm": dict(llm) | adapter}

    def leaving(self, conversion: Conversion) -> Iterator[ConversionNote]:
        llm, platform = conversion.before["llm"], conversion.target.platform
        if not _is_caila(llm):
            return
        yield changed(
            "provider",
            f"CAILA_OPEN_AI becomes Caila's OpenAI adapter as {platform.address_name}, the key bare in "
            f"Authorization, and {CAILA_MODEL_PREFIX} before the model.",
        )
        if llm.get("address"):
            yield lost("address", "url: JAICP takes it for CUSTOM_LLM alone, so it was not used.")
        if llm.get("headers"):
            yield lost("headers", "headers: JAICP takes them for CUSTOM_LLM alone, so they were not used.")
        if llm.get("tools"):
            yield changed(
                "tools", f"tools: JAICP did not send them with CAILA_OPEN_AI; {platform.label} will."
            )

    def adopted(self, neutral: Document) -> Json:
        return dict(neutral) | {"llm": dict(neutral["llm"]) | {"platform": self.platform.name}}

    def adopting(self, conversion: Conversion) -> Iterator[ConversionNote]:
        llm, words = conversion.before["llm"], conversion.source.words
        yield from _about_address(conversion)
        if ignored := sorted(self.platform.ignored_parameters & (llm.get("parameters") or {}).keys()):
            yield changed(
                "parameters", f"{', '.join(ignored)} in parameters: JAICP ignores what is passed there."
            )
        if llm.get("tools"):
            if words.tools != self.words.tools:
                yield mapped("tools", f"{become(words.tools)} {self.words.tools}.")
            if not llm.get("event_name"):
                yield changed(
                    "event_name", "eventName is not set: without it a call raises no event in JAICP."
                )
        has_prompt = _mode(conversion.after["llm"]) is HistoryMode.PROMPT_AND_SESSION
        prompt = _prompt(conversion.before) if has_prompt else ""
        if prompt and prompt == conversion.before.get("system_prompt"):
            yield mapped("system_prompt", "system_prompt becomes the system message in messages.")

    def notes(self, topic: Topic, document: Document) -> Iterator[FieldNote]:
        if topic in NOTES:
            yield from NOTES[topic](document)

    def advice_on_size(self, tokens: int) -> str:
        return advice_on_size(tokens)


def _about_address(conversion: Conversion) -> Iterator[ConversionNote]:
    own, name = conversion.target.platform.address_name, conversion.source.platform.address_name
    before, url = conversion.before["llm"].get("address") or "", conversion.after["llm"].get("address") or ""
    if is_placeholder(url):
        return
    if before != url:
        yield changed("address", f"{name} becomes {own}, with its route: {url}.")
    elif name != own:
        yield mapped("address", f"{name} becomes {own}.")


def _merged_prompt(stored: Json, read: Json) -> Json:
    """Keep the stored two-part prompt while the script's single prompt equals both parts joined."""
    is_same_name = state_name(stored) == read["persona_name"]
    name = stored["persona_name"] if is_same_name else read["persona_name"]
    has_prompt = read["llm"]["history_mode"] == HistoryMode.PROMPT_AND_SESSION
    if not has_prompt or read["system_prompt"] == _prompt(stored):
        return {"persona_name": name, "system_prompt": stored["system_prompt"], "context": stored["context"]}
    return {"persona_name": name}


def _merged_filler(stored: Json | None, read: Json | None) -> Json | None:
    if stored is None or read is None:
        return read
    return stored if all(stored[key] == read[key] for key in _PHRASES) else read


def _is_caila(llm: Mapping[str, Any]) -> bool:
    return bool(llm.get("provider") == Provider.CAILA_OPEN_AI)


def _mode(llm: Mapping[str, Any]) -> HistoryMode:
    return HistoryMode(llm.get("history_mode") or HistoryMode.PROMPT_AND_SESSION)


def _prompt(document: Document) -> str:
    return compose_system_message(document.get("system_prompt") or "", document.get("context") or "", "").text
