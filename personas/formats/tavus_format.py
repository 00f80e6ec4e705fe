"""Tavus' documents: its persona JSON, what it keeps of a persona, and conversions to and from it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from personas.formats.conversion_notes import ConversionNote, changed, lost, mapped
from personas.formats.draft import Draft
from personas.formats.field_note import FieldNote, Topic
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
from personas.formats.rules import temperature_problems
from personas.formats.tavus import read, to_json
from personas.formats.tavus_advice import NOTES, advice_on_size
from personas.formats.tavus_keys import KEYS
from personas.formats.tolerant import Source
from playground.engine.addresses.address import is_placeholder
from playground.engine.addresses.route import has_route, with_route, without_route
from playground.engine.json_types import Json
from playground.engine.persona import HistoryMode, Provider
from playground.engine.platforms.platform import Platform
from playground.engine.platforms.tavus import Tavus
from playground.engine.prompt import compose_system_message
from playground.engine.request import Surroundings

_KEYS_IN_CODE = frozenset({"layers", "system_prompt", "persona_name", "pal_name", "pipeline_mode"})
_KEYS = _KEYS_IN_CODE | {"context"}


class TavusFormat:
    platform: Platform = Tavus()
    file = FileFormat("Tavus JSON", ".json", "application/json")
    face = EditorTexts("JSON", "Tavus persona JSON", "its name, {{secret:NAME}}", is_json=True, keys=KEYS)
    pasted = PastedTexts(
        document="a Tavus persona",
        text="a persona's JSON",
        beginning="a persona's JSON { … }",
        imported="Tavus persona JSON",
        started="Tavus persona or conversation JSON",
        example='{ "persona_name": … }',
    )
    words = PartNames(document="persona", parameters="extra_body", tools="layers.llm.tools", secret="api_key")
    api: OwnApi | None = OwnApi("tavusapi.com", "x-api-key")

    keys_in_code = _KEYS_IN_CODE

    def is_own_language(self, text: str) -> bool:
        return False

    def items(self, source: Source, node: Node) -> list[Node] | None:
        """Return the personas in the answer of Tavus' ``GET``: ``{"data": [ … ]}``."""
        data = node.value.get("data") if isinstance(node.value, dict) else None
        if data is None or not isinstance(data.value, list) or self.recognises(node):
            return None
        if not data.value:
            source.fail("This list holds no persona.", data.offset)
        return data.value

    def recognises(self, node: Node) -> bool:
        return isinstance(node.value, dict) and bool(node.value.keys() & _KEYS)

    def read(self, source: Source, node: Node, *, site_url: str) -> Draft:
        return read(source, node, site_url=site_url)

    def read_text(self, source: Source, start: int, *, site_url: str) -> Draft | None:
        return None

    def write(self, document: Document, *, site_url: str) -> str:
        return json.dumps(to_json(document, site_url=site_url), indent=4, ensure_ascii=False) + "\n"

    def face_text(self, document: Document) -> str:
        return json.dumps(to_json(document), indent=2, ensure_ascii=False) + "\n"

    def merged(self, stored: Json, read: Json) -> Json:
        own = {key: stored[key] for key in ("barge_in", "filler", "rehearsal")}
        llm = {
            key: stored["llm"][key]
            for key in ("event_name", "history_mode", "history_last", "stream_options")
        }
        parameters = dict(read["llm"]["parameters"])
        has_field = stored["llm"]["temperature"] is not None
        if has_field and not any(temperature_problems(parameters.get("temperature"))):
            llm["temperature"] = parameters.pop("temperature")
        return {**read, **own, "llm": read["llm"] | llm | {"parameters": parameters}}

    parts: frozenset[str] = frozenset({"default_replica_id", "tts", "vqa", "other_layers"})
    listing: tuple[str, ...] = (
        "provider", "address", "headers", "tools", "token_secret", "parameters", "system_prompt", "other_layers",
        "other_keys", OWN,
    )  # fmt: skip

    def own(self, document: Document) -> Json:
        llm = document["llm"]
        parameters = dict(llm.get("parameters") or {})
        if llm.get("temperature") is not None:
            parameters["temperature"] = llm["temperature"]
        own_llm = {
            "provider": Provider.CUSTOM_LLM.value,
            "address": llm.get("address") or "",
            "headers": _headers(llm),
            "temperature": None,
            "parameters": parameters,
            "event_name": "",
            "history_mode": HistoryMode.PROMPT_AND_SESSION.value,
            "history_last": None,
        }
        return dict(document) | {"llm": dict(llm) | own_llm}

    def own_notes(self, document: Document) -> Iterator[ConversionNote]:
        llm = document["llm"]
        if llm.get("temperature") is not None:
            yield from _about_temperature(llm)
        if _chooses_messages(llm):
            yield lost(
                "history_mode", "Tavus has no choice of messages: the whole history goes with every request."
            )
        if llm.get("event_name"):
            yield lost("event_name", "eventName: Tavus raises no event, it leaves a call to your server.")

    def neutral(self, document: Document, surroundings: Surroundings) -> Json:
        """Return the full URL, the bearer header that Tavus adds, and the prompt with the session."""
        llm = document["llm"]
        common = {
            "provider": Provider.CUSTOM_LLM.value,
            "address": _whole_url(llm.get("address") or ""),
            "headers": _with_bearer(llm),
            "history_mode": HistoryMode.PROMPT_AND_SESSION.value,
            "history_last": None,
        }
        return dict(document) | {"llm": dict(llm) | common}

    def leaving(self, conversion: Conversion) -> Iterator[ConversionNote]:
        llm = conversion.before["llm"]
        if len(_headers(conversion.after["llm"])) > len(_headers(llm)):
            yield mapped("headers", "The header Authorization: Bearer is added, which Tavus sends by itself.")
        if _chooses_messages(llm):
            yield changed("history_mode", "messages: the prompt and the whole session, as Tavus sends them.")

    def adopted(self, neutral: Document) -> Json:
        """Return the base_url without a bearer header: Tavus adds ``Authorization: Bearer``."""
        llm = neutral["llm"]
        own = {
            "platform": self.platform.name,
            "address": without_route(llm.get("address") or ""),
            "headers": [header for header in _headers(llm) if not _is_bearer(header, llm)],
        }
        return dict(neutral) | {"llm": dict(llm) | own}

    def adopting(self, conversion: Conversion) -> Iterator[ConversionNote]:
        before, source = conversion.before, conversion.source
        llm = before["llm"]
        yield from _about_address(conversion)
        if any(_is_bearer(header, llm) for header in _headers(llm)):
            yield mapped("headers", "The header Authorization: Bearer is left out: Tavus sends it by itself.")
        if llm.get("tools") and source.words.tools != self.words.tools:
            yield mapped("tools", f"{source.words.tools} stand in {self.words.tools}.")
        if _mode(conversion.after["llm"]) is not HistoryMode.PROMPT_AND_SESSION and _has_prompt(before):
            yield changed(
                "system_prompt",
                f"The {source.words.document} passed no prompt; Tavus sends system_prompt with every request.",
            )

    def notes(self, topic: Topic, document: Document) -> Iterator[FieldNote]:
        if topic in NOTES:
            yield from NOTES[topic](document)

    def advice_on_size(self, tokens: int) -> str:
        return advice_on_size(tokens)


def _about_address(conversion: Conversion) -> Iterator[ConversionNote]:
    name = conversion.source.platform.address_name
    before, url = (
        conversion.before["llm"].get("address") or "",
        conversion.neutral["llm"].get("address") or "",
    )
    if is_placeholder(url):
        return
    if not has_route(url):
        yield changed(
            "address",
            f"{name} does not end in /chat/completions: as base_url, Tavus calls {with_route(url)}.",
        )
    elif before == without_route(url):
        yield mapped("address", f"{name} becomes base_url.")
    else:
        yield changed("address", f"{name} becomes base_url, without /chat/completions: Tavus adds it.")


def _about_temperature(llm: Mapping[str, Any]) -> Iterator[ConversionNote]:
    yield changed("temperature", "temperature becomes extra_body.temperature: Tavus has no field for it.")
    if (llm.get("parameters") or {}).get("temperature", llm["temperature"]) != llm["temperature"]:
        yield lost("parameters", "parameters.temperature: the top-level one takes its place.")


def _whole_url(base_url: str) -> str:
    """Return the url that Tavus calls for a ``base_url``; a placeholder stays as it is."""
    return base_url if is_placeholder(base_url) else with_route(base_url)


def _headers(llm: Mapping[str, Any]) -> list[list[str]]:
    return [list(header) for header in llm.get("headers") or ()]


def _with_bearer(llm: Mapping[str, Any]) -> list[list[str]]:
    """Return the headers with the one that Tavus would add."""
    headers, secret = _headers(llm), llm.get("token_secret")
    if not secret or any(name.lower() == "authorization" for name, _ in headers):
        return headers
    return [["Authorization", f"Bearer {secret}"], *headers]


def _is_bearer(header: list[str], llm: Mapping[str, Any]) -> bool:
    name, value = header
    secret = llm.get("token_secret")
    return bool(secret) and (name.lower(), value) == ("authorization", f"Bearer {secret}")


def _mode(llm: Mapping[str, Any]) -> HistoryMode:
    return HistoryMode(llm.get("history_mode") or HistoryMode.PROMPT_AND_SESSION)


def _chooses_messages(llm: Mapping[str, Any]) -> bool:
    return _mode(llm) is not HistoryMode.PROMPT_AND_SESSION or bool(llm.get("history_last"))


def _has_prompt(document: Document) -> bool:
    return bool(
        compose_system_message(document.get("system_prompt") or "", document.get("context") or "", "").text
    )
