"""Reads Just AI's JAICP ``llmRequest``, the reply in a script, into a persona's document."""

from collections.abc import Iterable
from typing import Any

from personas.delays import DEFAULT_ACTIVATION_DELAY_MS
from personas.formats.credentials import Credentials, hosts_of
from personas.formats.draft import Draft
from personas.formats.fields import Fields, ImportNotes
from personas.formats.jaicp_history import Histories
from personas.formats.jaicp_messages import MessagesDraft, read_messages
from personas.formats.jaicp_script import EXPRESSION_KEY, REPLY_TYPE, to_script
from personas.formats.nodes import Expression, Node
from personas.formats.portable import relative
from personas.formats.rules import (
    ValueProblem,
    barge_in_problems,
    filler_problems,
    parameter_problems,
    temperature_problems,
)
from personas.formats.script import Reply, Script
from personas.formats.shared import note_gaps, read_headers, read_tools
from playground.engine.addresses.address import AddressError
from playground.engine.json_types import Json
from playground.engine.persona import Provider
from playground.engine.platforms.jaicp import CAILA

__all__ = ["MEMBERS", "is_reply", "read", "to_script"]

UNTITLED = "JAICP reply"

_ONLY_OF_A_REPLY = frozenset(
    {"tokenSecret", "fillersPhraseConfig", "provider", "messages", "eventName", "bargeInReply"}
)
_OLD_CAILA = "MLP_OPEN_AI"
MEMBERS = (
    "provider", "tokenSecret", "url", "headers", "model", "temperature", "parameters", "fillersPhraseConfig",
    "messages", "bargeInReply", "tools", "eventName",
)  # fmt: skip
"""The properties of a reply that Greenroom reads."""


def is_reply(node: Node) -> bool:
    """Whether the node is an ``llmRequest``, or has a key that only such a reply has."""
    if not isinstance(node.value, dict):
        return False
    kind = node.value.get("type")
    if kind is not None:
        return kind.value == REPLY_TYPE
    return bool(node.value.keys() & _ONLY_OF_A_REPLY)


def read(script: Script, reply: Reply, *, site_url: str = "") -> Draft:
    """Return the persona of the reply. Raises FormatError for an invalid value.

    An address prefixed with ``site_url`` is this app's own, as `to_script` writes it.
    """
    notes = ImportNotes()
    fields = Fields(script.source, _with_variables(script, reply.node), "", notes)
    note_gaps(fields)
    _note_the_rest(script, reply, notes)
    fields.text("type", 100)
    name = " ".join(reply.state.split())[:200] or UNTITLED
    secrets = Credentials(name, notes)
    histories = Histories(script, reply)
    messages = read_messages(fields, histories)
    document: Json = {
        "persona_name": name,
        "system_prompt": messages.system_prompt,
        "context": "",
        "default_replica_id": "",
        "llm": _llm(fields, secrets, messages, site_url),
        "barge_in": _barge_in(fields, script),
        "filler": _filler(fields),
        "tts": None,
        "vqa": None,
        "other_layers": {},
    }
    document["other_keys"] = secrets.in_rest(fields.rest())
    for sentence in script.names.unfollowed(histories.followed):
        notes.add(sentence)
    return Draft("jaicp", document, secrets.all(), notes.all(), messages.initial)


def _note_the_rest(script: Script, reply: Reply, notes: ImportNotes) -> None:
    others = [
        other for other in script.replies if script.names.resolved(other.node).offset != reply.node.offset
    ]
    requests = sum(is_reply(script.names.resolved(other.node)) for other in others)
    if requests:
        noun = "llmRequest" if requests == 1 else "llmRequests"
        notes.add(f"The script has {requests} more {noun}; the first one was taken.")
    left_out = len(others) - requests
    if left_out:
        replies = (
            "1 more reply of the script was"
            if left_out == 1
            else f"{left_out} more replies of the script were"
        )
        notes.add(f"{replies} left out.")


def _with_variables(script: Script, node: Node) -> Node:
    """Return the reply with the variables in its known keys replaced by their values."""
    if not isinstance(node.value, dict):
        return node
    members = {
        key: script.names.filled(item) if key in MEMBERS and key != "messages" else item
        for key, item in node.value.items()
    }
    return Node(members, node.offset)


def _llm(fields: Fields, secrets: Credentials, messages: MessagesDraft, site_url: str) -> Json:
    provider = _provider(fields)
    address = relative(fields.text("url", 2_000), site_url)
    hosts = hosts_of(CAILA.base_url) if provider is Provider.CAILA_OPEN_AI else _hosts(fields, address)
    secret = secrets.token_secret(fields.text("tokenSecret", 5_000), hosts=hosts)
    headers, secret = secrets.in_headers(read_headers(fields), secret=secret, hosts=hosts)
    return {
        "platform": "jaicp",
        "provider": provider.value,
        "address": address,
        "model": fields.text("model", 200),
        "token_secret": secret,
        "headers": headers,
        "temperature": _checked(fields, "temperature", temperature_problems),
        "parameters": _checked(fields, "parameters", parameter_problems) or {},
        "tools": read_tools(fields),
        "event_name": fields.text("eventName", 200),
        "history_mode": messages.mode.value,
        "history_last": messages.last,
        "stream_options": None,
    }


def _provider(fields: Fields) -> Provider:
    provider = fields.text("provider", 100)
    if provider == _OLD_CAILA:
        fields.notes.add(f"{_OLD_CAILA} is an older name for {Provider.CAILA_OPEN_AI}.")
        return Provider.CAILA_OPEN_AI
    if not provider:
        fields.notes.add(f"provider is missing; {Provider.CUSTOM_LLM} was assumed.")
        return Provider.CUSTOM_LLM
    if provider not in set(Provider):
        fields.refuse("provider", [ValueProblem((), f"provider is one of {', '.join(Provider)}.")])
    return Provider(provider)


def _hosts(fields: Fields, address: str) -> tuple[str, ...]:
    try:
        return hosts_of(address)
    except AddressError as error:
        fields.refuse("url", [ValueProblem((), f"url: {error.message}")])
        raise


def _checked(fields: Fields, key: str, problems_of: Any) -> Any:
    value = fields.json(key)
    if value is not None:
        fields.refuse(key, problems_of(value))
    return value


def _filler(fields: Fields) -> Json | None:
    config = fields.section("fillersPhraseConfig")
    if config is None:
        return None
    values = {key: config.json(key) for key in ("fillerPhrase", "fillerPhrasesList", "activationDelayMs")}
    fields.refuse("fillersPhraseConfig", filler_problems(values))
    for key in config.rest():
        config.notes.add(f"{config.name_of(key)} is not known; it was left out.")
    delay_ms = values["activationDelayMs"]
    return {
        "name": "",
        "fillerPhrase": values["fillerPhrase"] or "",
        "fillerPhrasesList": values["fillerPhrasesList"] or [],
        "activationDelayMs": DEFAULT_ACTIVATION_DELAY_MS if delay_ms is None else delay_ms,
    }


def _barge_in(fields: Fields, script: Script) -> Json:
    settings: Json = {}
    if script.barge_in is not None and not script.barge_in.is_expression:
        options = Fields(script.source, script.barge_in, "bargeInResponse", fields.notes)
        settings = {
            key: options.json(key)
            for key in ("bargeIn", "bargeInTrigger", "noInterruptTime")
            if key in options
        }
        _refuse_all(options, barge_in_problems(settings))
    reply = fields.node("bargeInReply")
    if reply is None:
        return settings
    reply_value = (
        {EXPRESSION_KEY: reply.value.text}
        if isinstance(reply.value, Expression)
        else fields.json("bargeInReply")
    )
    return settings | {"bargeInReply": reply_value}


def _refuse_all(fields: Fields, problems: Iterable[ValueProblem]) -> None:
    for problem in problems:
        fields.refuse(str(problem.path[0]), [ValueProblem((), problem.message)])
