"""Reads and writes Tavus' persona JSON.

What Greenroom uses is read and validated. Other layers and keys are kept in ``other_layers`` and ``other_keys`` and
exported again; unknown keys of ``layers.llm`` are kept as ``other_layers["llm"]``. Tavus' current names of its first
keys (``pal_name``) are accepted too.
"""

from collections.abc import Mapping
from typing import Any

from personas.formats.client_arguments import split_query, with_default_headers, with_default_query
from personas.formats.credentials import Credentials, hosts_of
from personas.formats.draft import Draft
from personas.formats.fields import Fields, ImportNotes
from personas.formats.nodes import Node
from personas.formats.portable import absolute, headers_with_references, reference, relative
from personas.formats.rules import MAX_PROMPT_CHARS, ValueProblem, parameter_problems
from personas.formats.shared import note_gaps, read_headers, read_tools
from personas.formats.tolerant import Source
from personas.formats.vision import BOOLEANS, VISION_KEYS
from playground.engine.addresses.address import AddressError
from playground.engine.json_types import Json
from playground.engine.persona import HistoryMode, Provider

UNTITLED = "Untitled persona"

READ_ONLY = ("persona_id", "created_at", "updated_at")
PAL_ID = "pal_id"
_OF_THE_COPY = (*READ_ONLY, PAL_ID)
TODAYS_NAMES = {
    PAL_ID: "persona_id",
    "pal_name": "persona_name",
    "default_face_id": "default_replica_id",
}
"""Tavus' current names of a persona's keys. If both are present, the first name wins and the current one follows it."""
_OWN_KEYS = frozenset(
    {*READ_ONLY, "persona_name", "system_prompt", "context", "default_replica_id", "layers"}
)
_TTS_ORDER = ("tts_engine", "playht_user_id", "external_voice_id", "voice_settings")
_OF_THE_LLM = ("default_query", "default_headers", "headers", "extra_body")


def read(source: Source, node: Node, *, site_url: str = "") -> Draft:
    """Return the persona that the object describes. Raises FormatError for an invalid value.

    An address prefixed with ``site_url`` is this app's own, as `to_json` writes it.
    """
    notes = ImportNotes()
    top = Fields(source, _with_first_names(node), "", notes)
    note_gaps(top)
    name = _name(top)
    secrets = Credentials(name, notes)
    layers = top.section("layers")
    document: Json = {
        "persona_name": name,
        "system_prompt": top.prompt("system_prompt", MAX_PROMPT_CHARS),
        "context": top.prompt("context", MAX_PROMPT_CHARS),
        "default_replica_id": top.text("default_replica_id", 100),
    }
    document |= _layers(layers, secrets, site_url)
    document["other_keys"] = secrets.in_rest(_other_keys(top))
    return Draft("tavus", document, secrets.all(), notes.all())


def to_json(document: Mapping[str, Any], *, site_url: str = "") -> Json:
    """Return a Tavus persona for ``POST /v2/personas``, secrets by name.

    This app's own addresses are prefixed with ``site_url``.
    """
    persona: Json = {"system_prompt": document.get("system_prompt") or ""}
    if document.get("context"):
        persona["context"] = document["context"]
    persona["persona_name"] = document["persona_name"]
    if document.get("default_replica_id"):
        persona["default_replica_id"] = document["default_replica_id"]
    layers = _layers_out(document, site_url)
    if layers:
        persona["layers"] = layers
    rest = {key: value for key, value in document["other_keys"].items() if key not in _OWN_KEYS}
    return persona | {key: persona.get(TODAYS_NAMES.get(key, ""), value) for key, value in rest.items()}


def _with_first_names(node: Node) -> Node:
    if not isinstance(node.value, dict):
        return node
    members = node.value
    renamed = {
        key if TODAYS_NAMES.get(key, key) in members else TODAYS_NAMES.get(key, key): member
        for key, member in members.items()
    }
    return Node(renamed, node.offset)


def _name(top: Fields) -> str:
    name = " ".join(top.text("persona_name", 200).split())
    if not name:
        top.notes.add(f"persona_name is missing; the persona is called “{UNTITLED}”.")
    return name or UNTITLED


def _other_keys(top: Fields) -> Json:
    rest = top.rest()
    for key in _OF_THE_COPY:
        if rest.pop(key, None) is not None:
            top.notes.add(f"{key} belongs to the copy at Tavus; it was left out.")
    for key in _OF_THE_LLM:
        if key in rest:
            top.notes.add(f"{key} belongs under layers.llm; it is kept and not sent.")
    return rest


def _layers(layers: Fields | None, secrets: Credentials, site_url: str) -> Json:
    if layers is None:
        return {"llm": _llm(None, secrets, site_url), "tts": None, "vqa": None, "other_layers": {}} | _EMPTY
    llm_fields = layers.section("llm")
    llm = _llm(llm_fields, secrets, site_url)
    tts = _tts(layers.section("tts"), secrets)
    vqa = _vqa(layers)
    other = layers.rest()
    if llm_fields is not None and (rest := llm_fields.rest()):
        other["llm"] = rest
    return {"llm": llm, "tts": tts, "vqa": vqa, "other_layers": secrets.in_rest(other)} | _EMPTY


_EMPTY: Json = {"barge_in": {}, "filler": None}


def _llm(fields: Fields | None, secrets: Credentials, site_url: str) -> Json:
    llm: Json = {
        "platform": "tavus",
        "provider": Provider.CUSTOM_LLM.value,
        "address": "",
        "model": "",
        "token_secret": "",
        "headers": [],
        "temperature": None,
        "parameters": {},
        "tools": [],
        "event_name": "",
        "history_mode": HistoryMode.PROMPT_AND_SESSION.value,
        "history_last": None,
        "stream_options": None,
    }
    if fields is None:
        return llm
    address = relative(fields.text("base_url", 2_000), site_url)
    hosts = _hosts(fields, address)
    secret = secrets.key(fields.key("api_key"), hosts=hosts, role="LLM")
    given_headers = with_default_headers(fields, read_headers(fields))
    headers, secret = secrets.in_headers(given_headers, secret=secret, hosts=hosts)
    parameters = fields.json("extra_body")
    fields.refuse("extra_body", parameter_problems({} if parameters is None else parameters))
    return llm | {
        "address": with_default_query(fields, address),
        "model": fields.text("model", 200),
        "token_secret": secret,
        "headers": headers,
        "parameters": parameters or {},
        "tools": read_tools(fields),
    }


def _hosts(fields: Fields, address: str) -> tuple[str, ...]:
    try:
        return hosts_of(address)
    except AddressError as error:
        fields.refuse("base_url", [ValueProblem((), f"base_url: {error.message}")])
        raise


def _tts(fields: Fields | None, secrets: Credentials) -> Json | None:
    if fields is None:
        return None
    secret = secrets.key(fields.key("api_key"), hosts=(), role="TTS")
    for key in ("tts_engine", "playht_user_id", "external_voice_id"):
        fields.text(key, 200)
    settings = fields.json("voice_settings")
    if not isinstance(settings, dict | None):
        fields.refuse("voice_settings", [ValueProblem((), "voice_settings is not an object: { … }.")])
    rest: Json = secrets.in_rest(fields.all_but("api_key"))
    return rest | {"token_secret": secret}


def _vqa(layers: Fields) -> Json | None:
    fields = layers.section("vqa")
    if fields is None:
        return None
    vqa = fields.rest()
    for key in VISION_KEYS:
        value = vqa.get(key)
        if value is not None and not (isinstance(value, bool) or str(value).lower() in BOOLEANS):
            fields.refuse(key, [ValueProblem((), f"vqa.{key} is neither true nor false.")])
    return vqa


def _layers_out(document: Mapping[str, Any], site_url: str) -> Json:
    other = dict(document["other_layers"])
    llm = _llm_out(document["llm"], site_url) | other.pop("llm", {})
    layers: Json = {"llm": llm} if llm else {}
    if document.get("tts") is not None:
        layers["tts"] = _tts_out(document["tts"])
    if document.get("vqa") is not None:
        layers["vqa"] = document["vqa"]
    return layers | other


def _llm_out(llm: Mapping[str, Any], site_url: str) -> Json:
    secret = llm.get("token_secret") or ""
    base_url, default_query = split_query(absolute(llm["address"], site_url))
    members = {
        "model": llm.get("model"),
        "api_key": reference(secret),
        "base_url": base_url,
        "default_query": default_query,
        "headers": headers_with_references(llm["headers"], secret),
        "extra_body": llm["parameters"],
        "tools": list(llm.get("tools") or ()),
    }
    return {key: value for key, value in members.items() if value}


def _tts_out(tts: Mapping[str, Any]) -> Json:
    members: Json = {"api_key": reference(tts["token_secret"])} if tts.get("token_secret") else {}
    members |= {key: tts[key] for key in _TTS_ORDER if key in tts}
    return members | {key: value for key, value in tts.items() if key not in {"token_secret", *_TTS_ORDER}}
