"""A persona of one platform as the other would have it: its document, and what is mapped, changed and lost on the way.

The writers of both formats go through here, so that an export, a converted persona and what is said of either
cannot disagree.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from personas.formats.routes import has_route, with_route, without_route
from playground.engine.addresses.address import is_placeholder
from playground.engine.json_types import Json
from playground.engine.persona import HistoryMode, Provider
from playground.engine.platforms.jaicp import CAILA_MODEL_PREFIX
from playground.engine.platforms.request_parts import IGNORED_PARAMETERS
from playground.engine.prompt import compose_system_message
from playground.engine.request import Surroundings

DEFAULT_CAILA = Surroundings(user_agent="").caila_base_url


class Fate(StrEnum):
    """What becomes of a part of the document."""

    MAPPED = "mapped"
    CHANGED = "changed"
    LOST = "lost"

    @property
    def label(self) -> str:
        return self.value.capitalize()


@dataclass(frozen=True, slots=True)
class Difference:
    """One sentence on a part of the document; ``field`` is the persona form's."""

    fate: Fate
    field: str
    message: str


def converted(document: Mapping[str, Any], target: str, *, caila_base_url: str = DEFAULT_CAILA) -> Json:
    """The document with ``target`` as its platform, holding only what that platform's format can.

    Rehearsal settings are Greenroom's own and stay.
    """
    if target == "tavus":
        return _for_tavus(document, caila_base_url)
    return _for_jaicp(document)


def differences(document: Mapping[str, Any], target: str) -> tuple[Difference, ...]:
    """What `converted` does to the document, part by part; empty: nothing at all."""
    if target == "tavus":
        return tuple(_to_tavus(document))
    return tuple(_to_jaicp(document))


def is_caila(llm: Mapping[str, Any]) -> bool:
    return llm["platform"] == "jaicp" and llm.get("provider") == Provider.CAILA_OPEN_AI


# To Tavus


def _for_tavus(document: Mapping[str, Any], caila_base_url: str) -> Json:
    llm = document["llm"]
    is_tavus = llm["platform"] == "tavus"
    parameters = dict(llm.get("parameters") or {})
    if llm.get("temperature") is not None:
        parameters["temperature"] = llm["temperature"]
    found: Json = dict(llm) | {
        "platform": "tavus",
        "provider": Provider.CUSTOM_LLM.value,
        "address": llm.get("address") or "" if is_tavus else without_route(llm.get("address") or ""),
        "headers": _bearer_free(llm),
        "temperature": None,
        "parameters": parameters,
        "event_name": "",
        "history_mode": HistoryMode.PROMPT_AND_SESSION.value,
        "history_last": None,
    }
    if is_caila(llm):
        secret = llm.get("token_secret")
        found |= {
            "address": caila_base_url,
            "model": _caila_model(llm),
            "headers": [["Authorization", secret]] if secret else [],
        }
    kept = ("other_layers", "other_keys")
    return dict(document) | {
        "llm": found,
        "barge_in": {},
        "filler": None,
        **{key: (document.get(key) or {}) if is_tavus else {} for key in kept},
    }


def _caila_model(llm: Mapping[str, Any]) -> str:
    model = llm.get("model") or ""
    return CAILA_MODEL_PREFIX + model if model else ""


def _bearer_free(llm: Mapping[str, Any]) -> list[list[str]]:
    """The headers for Tavus, which sends ``Authorization: Bearer`` by itself."""
    headers = [list(header) for header in llm.get("headers") or ()]
    if llm["platform"] == "tavus":
        return headers
    return [header for header in headers if not _is_bearer(header, llm)]


def _is_bearer(header: list[str], llm: Mapping[str, Any]) -> bool:
    name, value = header
    secret = llm.get("token_secret")
    return bool(secret) and (name.lower(), value) == ("authorization", f"Bearer {secret}")


def _to_tavus(document: Mapping[str, Any]) -> Iterator[Difference]:
    llm = document["llm"]
    if llm["platform"] != "tavus":
        yield from _llm_to_tavus(llm)
        if _mode(llm) is not HistoryMode.PROMPT_AND_SESSION and _prompt(document):
            yield _changed(
                "system_prompt", "The script passed no prompt; Tavus sends system_prompt with every request."
            )
        yield from _lost_parts(document, "JAICP", "other_layers", "other_keys")
    if llm.get("temperature") is not None:
        yield from _temperature_to_tavus(llm)
    if _mode(llm) is not HistoryMode.PROMPT_AND_SESSION or llm.get("history_last"):
        yield _lost(
            "history_mode", "Tavus has no choice of messages: the whole history goes with every request."
        )
    if llm.get("event_name"):
        yield _lost("event_name", "eventName: Tavus raises no event, it leaves a call to your server.")
    if document.get("barge_in"):
        yield _lost("barge_in_mode", f"{_listed(document['barge_in'])}: Tavus' documents have no such keys.")
    if document.get("filler"):
        yield _lost("filler_config", "fillersPhraseConfig: Tavus has no fillers.")


def _llm_to_tavus(llm: Mapping[str, Any]) -> Iterator[Difference]:
    secret, address = llm.get("token_secret"), llm.get("address") or ""
    if is_caila(llm):
        yield _changed(
            "provider",
            f"CAILA_OPEN_AI becomes Caila's OpenAI adapter as base_url, the key bare in Authorization, and "
            f"{CAILA_MODEL_PREFIX} before the model.",
        )
        if address:
            yield _lost("address", "url: JAICP takes it for CUSTOM_LLM alone, so it was not used.")
        if llm.get("headers"):
            yield _lost("headers", "headers: JAICP takes them for CUSTOM_LLM alone, so they were not used.")
        if llm.get("tools"):
            yield _changed("tools", "tools: JAICP did not send them with CAILA_OPEN_AI; Tavus will.")
    else:
        yield from _address_to_tavus(address)
        if any(_is_bearer(header, llm) for header in llm.get("headers") or ()):
            yield _mapped(
                "headers", "The header Authorization: Bearer is left out: Tavus sends it by itself."
            )
        if llm.get("tools"):
            yield _mapped("tools", "tools stand in layers.llm.tools.")
    if secret:
        yield _mapped("token_secret", f"tokenSecret {secret} becomes api_key.")
    if llm.get("parameters"):
        yield _mapped("parameters", "parameters become extra_body.")


def _address_to_tavus(address: str) -> Iterator[Difference]:
    if is_placeholder(address):
        return
    if has_route(address):
        yield _changed("address", "url becomes base_url, without /chat/completions: Tavus adds it.")
        return
    yield _changed(
        "address", f"url does not end in /chat/completions: as base_url, Tavus calls {with_route(address)}."
    )


def _temperature_to_tavus(llm: Mapping[str, Any]) -> Iterator[Difference]:
    yield _changed("temperature", "temperature becomes extra_body.temperature: Tavus has no field for it.")
    if (llm.get("parameters") or {}).get("temperature", llm["temperature"]) != llm["temperature"]:
        yield _lost("parameters", "parameters.temperature: the top-level one takes its place.")


# To JAICP


def _for_jaicp(document: Mapping[str, Any]) -> Json:
    llm = document["llm"]
    is_jaicp = llm["platform"] == "jaicp"
    found: Json = dict(llm) | {"platform": "jaicp"}
    if not is_jaicp:
        found |= {
            "provider": Provider.CUSTOM_LLM.value,
            "address": with_route(llm.get("address") or ""),
            "headers": _with_bearer(llm),
            "history_mode": HistoryMode.PROMPT_AND_SESSION.value,
            "history_last": None,
        }
    return dict(document) | {
        "system_prompt": _prompt(document) if _mode(found) is HistoryMode.PROMPT_AND_SESSION else "",
        "context": "",
        "default_replica_id": "",
        "llm": found,
        "tts": None,
        "vqa": None,
        "other_layers": {},
        "other_keys": (document.get("other_keys") or {}) if is_jaicp else {},
    }


def _with_bearer(llm: Mapping[str, Any]) -> list[list[str]]:
    """The headers with the one that Tavus would have sent by itself."""
    headers = [list(header) for header in llm.get("headers") or ()]
    secret = llm.get("token_secret")
    if not secret or any(name.lower() == "authorization" for name, _ in headers):
        return headers
    return [["Authorization", f"Bearer {secret}"], *headers]


def _to_jaicp(document: Mapping[str, Any]) -> Iterator[Difference]:
    llm = document["llm"]
    is_jaicp = llm["platform"] == "jaicp"
    if not is_jaicp:
        yield from _llm_to_jaicp(llm)
    yield from _prompt_to_jaicp(document, is_jaicp=is_jaicp)
    yield from _lost_parts(document, "Tavus", "default_replica_id", "tts", "vqa", "other_layers")
    if not is_jaicp:
        yield from _lost_parts(document, "Tavus", "other_keys")


def _llm_to_jaicp(llm: Mapping[str, Any]) -> Iterator[Difference]:
    address, secret = llm.get("address") or "", llm.get("token_secret")
    if not is_placeholder(address):
        yield _changed("address", f"base_url becomes url, with its route: {with_route(address)}.")
    if secret:
        yield _mapped("token_secret", f"api_key becomes tokenSecret {secret}.")
    if len(_with_bearer(llm)) > len(llm.get("headers") or ()):
        yield _mapped("headers", "The header Authorization: Bearer is added, which Tavus sends by itself.")
    if parameters := llm.get("parameters"):
        yield _mapped("parameters", "extra_body becomes parameters.")
        if ignored := sorted(IGNORED_PARAMETERS & parameters.keys()):
            yield _changed(
                "parameters", f"{', '.join(ignored)} in parameters: JAICP ignores what is passed there."
            )
    if _mode(llm) is not HistoryMode.PROMPT_AND_SESSION or llm.get("history_last"):
        yield _changed("history_mode", "messages: the prompt and the whole session, as Tavus sends them.")
    if llm.get("tools"):
        yield _mapped("tools", "layers.llm.tools become tools.")
        if not llm.get("event_name"):
            yield _changed("event_name", "eventName is not set: without it a call raises no event in JAICP.")


def _prompt_to_jaicp(document: Mapping[str, Any], *, is_jaicp: bool) -> Iterator[Difference]:
    llm, context = document["llm"], document.get("context") or ""
    if is_jaicp and _mode(llm) is not HistoryMode.PROMPT_AND_SESSION:
        for name in ("system_prompt", "context"):
            if document.get(name):
                yield _lost(
                    name, f"{name}: the history mode passes no prompt, so the script has no place for it."
                )
        return
    if context:
        yield _changed(
            "context",
            "system_prompt and context become one system message in messages, a blank line between them.",
        )
    if _prompt(document) == (document.get("system_prompt") or ""):
        if _prompt(document) and not is_jaicp:
            yield _mapped("system_prompt", "system_prompt becomes the system message in messages.")
    elif not context or not context.strip() or not (document.get("system_prompt") or "").strip():
        yield _changed("system_prompt", "A part of the prompt that holds only white space is left out.")
    else:
        yield _changed("system_prompt", "system_prompt begins the one system message in messages.")


# Both ways

_PART_SENTENCES: dict[str, Callable[[Any], str]] = {
    "default_replica_id": lambda _: "default_replica_id",
    "tts": lambda _: "The tts layer (engine, voice and their key)",
    "vqa": lambda _: "The vqa layer",
    "other_layers": lambda layers: f"Other layers ({_listed(layers)})",
    "other_keys": lambda keys: f"Other keys ({_listed(keys)})",
}
_FIELDS = {"tts": "tts_engine", "vqa": "vision"}


def _lost_parts(document: Mapping[str, Any], owner: str, *names: str) -> Iterator[Difference]:
    """A loss for each of these parts that the document has."""
    for name in names:
        value = document.get(name)
        if value is None or (not value and name not in {"tts", "vqa"}):
            continue
        sentence = f"{_PART_SENTENCES[name](value)}: only {owner}' documents have them."
        yield _lost(_FIELDS.get(name, name), sentence.replace("JAICP'", "JAICP's"))


def _listed(names: Mapping[str, Any]) -> str:
    shown = list(names)[:8]
    return ", ".join(shown) + (" …" if len(names) > len(shown) else "")


def _mode(llm: Mapping[str, Any]) -> HistoryMode:
    return HistoryMode(llm.get("history_mode") or HistoryMode.PROMPT_AND_SESSION)


def _prompt(document: Mapping[str, Any]) -> str:
    return compose_system_message(document.get("system_prompt") or "", document.get("context") or "", "").text


def _mapped(field: str, message: str) -> Difference:
    return Difference(Fate.MAPPED, field, message)


def _changed(field: str, message: str) -> Difference:
    return Difference(Fate.CHANGED, field, message)


def _lost(field: str, message: str) -> Difference:
    return Difference(Fate.LOST, field, message)
