"""Parley's documents: an agent as JSON, to and from a persona's document."""

import json
from collections.abc import Iterator

from personas.formats.conversion_notes import ConversionNote, become, changed, lost, mapped
from personas.formats.credentials import Credentials, hosts_of
from personas.formats.draft import Draft
from personas.formats.field_note import FieldNote, Topic
from personas.formats.fields import Fields, ImportNotes
from personas.formats.nodes import Node
from personas.formats.platform_format import (
    Conversion,
    Document,
    EditorTexts,
    FileFormat,
    OwnApi,
    PartNames,
    PastedTexts,
)
from personas.formats.portable import absolute, headers_with_references, reference, relative
from personas.formats.shared import read_headers
from personas.formats.tolerant import Source
from playground.engine.json_types import Json
from playground.engine.persona import HistoryMode, Provider
from playground.engine.platforms.platform import Platform
from playground.engine.prompt import compose_system_message
from playground.engine.request import Surroundings
from tests.third_platform.parley import KEY_HEADER, Parley

MARK = "parley"
_OWN_KEYS = frozenset({MARK, "title", "instructions", "brain", "voice"})


class ParleyFormat:
    platform: Platform = Parley()
    file = FileFormat("Parley agent", ".parley", "application/json")
    face = EditorTexts("Agent", "Parley agent JSON", "its name in key", is_json=True, keys=())
    pasted = PastedTexts(
        document="a Parley agent",
        text="a Parley agent",
        beginning="an agent { parley: 1, … }",
        imported="Parley agent",
        started="Parley agent",
        example='{ "parley": 1, … }',
    )
    words = PartNames(document="agent", parameters="options", tools="functions", secret="key")
    api: OwnApi | None = OwnApi("parley.example", "x-parley-login")
    keys_in_code = frozenset({MARK})

    def is_own_language(self, text: str) -> bool:
        return False

    def items(self, source: Source, node: Node) -> list[Node] | None:
        return None

    def recognises(self, node: Node) -> bool:
        return isinstance(node.value, dict) and MARK in node.value

    def read(self, source: Source, node: Node, *, site_url: str) -> Draft:
        notes = ImportNotes()
        top = Fields(source, node, "", notes)
        name = top.text("title", 200) or "Parley agent"
        secrets = Credentials(name, notes)
        document: Json = {
            "persona_name": name,
            "system_prompt": top.prompt("instructions", 100_000),
            "context": "",
            "default_replica_id": "",
            "llm": self._llm(top, secrets, site_url),
            "barge_in": {},
            "filler": None,
            "tts": self._tts(top),
            "vqa": None,
            "other_layers": {},
            "other_keys": secrets.in_rest(top.all_but(*_OWN_KEYS)),
        }
        return Draft(self.platform.name, document, secrets.all(), notes.all())

    def _llm(self, top: Fields, secrets: Credentials, site_url: str) -> Json:
        brain = top.section("brain")
        assert brain is not None
        address = relative(brain.text("endpoint", 2_000), site_url)
        hosts = hosts_of(address)
        secret = secrets.key(brain.key("key"), hosts=hosts, role="LLM")
        headers, secret = secrets.in_headers(read_headers(brain), secret=secret, hosts=hosts)
        return {
            "platform": self.platform.name,
            "provider": Provider.CUSTOM_LLM.value,
            "address": address,
            "model": brain.text("model", 200),
            "token_secret": secret,
            "headers": headers,
            "temperature": brain.json("temperature"),
            "parameters": brain.json("options") or {},
            "tools": brain.json("functions") or [],
            "event_name": brain.text("signal", 200),
            "history_mode": HistoryMode.PROMPT_AND_SESSION.value,
            "history_last": None,
            "stream_options": None,
        }

    def _tts(self, top: Fields) -> Json | None:
        voice = top.section("voice")
        return None if voice is None else {**voice.rest(), "token_secret": ""}

    def read_text(self, source: Source, start: int, *, site_url: str) -> Draft | None:
        return None

    def write(self, document: Document, *, site_url: str) -> str:
        return json.dumps(self._agent(document, site_url), indent=1, ensure_ascii=False) + "\n"

    def face_text(self, document: Document) -> str:
        return self.write(document, site_url="")

    def _agent(self, document: Document, site_url: str) -> Json:
        llm = document["llm"]
        brain = {
            "endpoint": absolute(llm["address"], site_url),
            "key": reference(llm.get("token_secret") or ""),
            "model": llm.get("model"),
            "headers": headers_with_references(llm["headers"], llm.get("token_secret") or ""),
            "temperature": llm.get("temperature"),
            "options": llm.get("parameters"),
            "functions": llm.get("tools"),
            "signal": llm.get("event_name"),
        }
        agent: Json = {MARK: 1, "title": document["persona_name"], "instructions": document["system_prompt"]}
        agent["brain"] = {key: value for key, value in brain.items() if value not in (None, "", {}, [])}
        if document.get("tts") is not None:
            agent["voice"] = {key: value for key, value in document["tts"].items() if key != "token_secret"}
        other_keys: Json = document["other_keys"]
        return agent | other_keys

    def merged(self, stored: Json, read: Json) -> Json:
        names = ("default_replica_id", "vqa", "other_layers", "barge_in", "filler", "rehearsal")
        return {**read, **{name: stored[name] for name in names}}

    parts: frozenset[str] = frozenset({"tts"})
    listing: tuple[str, ...] = ()

    def own(self, document: Document) -> Json:
        everything = {"history_mode": HistoryMode.PROMPT_AND_SESSION.value, "history_last": None}
        return dict(document) | {
            "system_prompt": self._prompt(document),
            "context": "",
            "llm": dict(document["llm"]) | everything,
        }

    def _prompt(self, document: Document) -> str:
        context = document.get("context") or ""
        return compose_system_message(document.get("system_prompt") or "", context, "").text

    def own_notes(self, document: Document) -> Iterator[ConversionNote]:
        if self._prompt(document) != (document.get("system_prompt") or ""):
            yield changed("system_prompt", "system_prompt and context become instructions.")
        if document.get("context"):
            yield changed("context", "context stands at the end of instructions.")
        if document["llm"].get("history_mode") != HistoryMode.PROMPT_AND_SESSION:
            yield lost("history_mode", "Parley always sends the last two exchanges.")

    def neutral(self, document: Document, surroundings: Surroundings) -> Json:
        llm = document["llm"]
        secret = llm.get("token_secret")
        key = [[KEY_HEADER, secret]] if secret else []
        return dict(document) | {"llm": dict(llm) | {"headers": [*key, *llm["headers"]]}}

    def leaving(self, conversion: Conversion) -> Iterator[ConversionNote]:
        if conversion.before["llm"].get("token_secret"):
            yield mapped("headers", f"The header {KEY_HEADER} is added, which Parley sends by itself.")

    def adopted(self, neutral: Document) -> Json:
        return dict(neutral) | {"llm": dict(neutral["llm"]) | {"platform": self.platform.name}}

    def adopting(self, conversion: Conversion) -> Iterator[ConversionNote]:
        words = conversion.source.words
        if conversion.after["llm"].get("address"):
            yield changed("address", f"{conversion.source.platform.address_name} becomes endpoint.")
        if conversion.before["llm"].get("tools"):
            yield mapped("tools", f"{become(words.tools)} functions.")

    def notes(self, topic: Topic, document: Document) -> Iterator[FieldNote]:
        if topic is Topic.EVENTS and document["llm"].get("tools") and not document["llm"].get("event_name"):
            yield FieldNote("event_name", "Without a signal the agent never learns of a call.")

    def advice_on_size(self, tokens: int) -> str:
        return f"Parley reads 100 tokens of a prompt, this one has {tokens}." if tokens > 100 else ""
