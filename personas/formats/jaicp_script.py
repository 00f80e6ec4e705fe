"""Writes a persona's document as a JAICP script: one state that pushes one ``llmRequest``, secrets by name."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from personas.formats.portable import absolute, headers_with_names
from playground.engine.persona import HistoryMode, Provider

REPLY_TYPE = "llmRequest"
EXPRESSION_KEY = "$expression"
"""Marks a ``bargeInReply`` that is an expression: ``{"$expression": "reply.bargeInReply"}``."""
LINE_CHARS = 100

_INDENT = " " * 4
_NOT_IN_A_STATE = re.compile(r"""[/\\|#`]|"{3}|'{3}""")
_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_BARGE_IN = ("bargeIn", "bargeInTrigger", "noInterruptTime")


def to_script(document: Mapping[str, Any], *, site_url: str = "") -> str:
    """Return the script of a JAICP persona, as Just AI's page shows one.

    ``site_url`` stands before the app's own addresses.
    """
    lines = ["$response.replies = $response.replies || [];"]
    barge_in = document.get("barge_in") or {}
    if options := {key: barge_in[key] for key in _BARGE_IN if barge_in.get(key) is not None}:
        lines.append(f"$dialer.bargeInResponse({_literal(options)});")
    members = ",\n".join(f"{_key(key)}: {text}" for key, text in _members(document, site_url))
    lines.append("$response.replies.push({\n" + _indented(members, 1) + "\n});")
    head = [f"state: {state_name(document)}", f"{_INDENT}event!: noMatch", f"{_INDENT}script:"]
    return "\n".join([*head, _indented("\n".join(lines), 2)]) + "\n"


def _members(document: Mapping[str, Any], site_url: str) -> Iterator[tuple[str, str]]:
    """Yield each property of the reply with its text, in the order of Just AI's example."""
    llm = document["llm"]
    secret = llm.get("token_secret") or ""
    data: dict[str, Any] = {
        "type": REPLY_TYPE,
        "provider": llm.get("provider") or Provider.CUSTOM_LLM,
        "tokenSecret": secret,
        "url": absolute(llm.get("address") or "", site_url),
        "headers": headers_with_names(llm.get("headers") or [], secret),
        "model": llm.get("model"),
        "temperature": llm.get("temperature"),
        "parameters": llm.get("parameters"),
        "fillersPhraseConfig": _filler(document.get("filler")),
    }
    yield from ((key, _literal(value)) for key, value in data.items() if value not in (None, "", {}, []))
    yield "messages", _messages(document)
    data = {"tools": llm.get("tools"), "eventName": llm.get("event_name")}
    yield from ((key, _literal(value)) for key, value in data.items() if value)
    reply = (document.get("barge_in") or {}).get("bargeInReply")
    if reply is not None:
        yield "bargeInReply", _reply_text(reply)
    yield from ((key, _literal(value)) for key, value in document["other_keys"].items())


def _filler(filler: Mapping[str, Any] | None) -> dict[str, Any]:
    names = ("fillerPhrase", "fillerPhrasesList", "activationDelayMs")
    return {name: filler[name] for name in names if filler.get(name) not in (None, "", [])} if filler else {}


def _messages(document: Mapping[str, Any]) -> str:
    llm = document["llm"]
    mode = HistoryMode(llm.get("history_mode") or HistoryMode.PROMPT_AND_SESSION)
    if mode is HistoryMode.LAST_REQUEST:
        return '[{"role": "user", "content": $request.query}]'
    last = llm.get("history_last")
    history = "$jsapi.chatHistoryInLlmFormat()" + (f".slice(-{last})" if last else "")
    if mode is HistoryMode.SESSION:
        return history
    prompt = document["system_prompt"]
    system = _literal([{"role": "system", "content": prompt}]) if prompt else "[]"
    return f"{system}.concat({history})"


def _reply_text(reply: Any) -> str:
    if isinstance(reply, dict) and reply.keys() == {EXPRESSION_KEY}:
        return str(reply[EXPRESSION_KEY])
    return _literal(reply)


def state_name(document: Mapping[str, Any]) -> str:
    """Return the persona's name for ``state:``, without what ends a name there.

    A slash separates paths, a bar parameters; ``#`` begins a comment, a backtick and three quotes a text of many lines.
    """
    return " ".join(_NOT_IN_A_STATE.sub(" ", document["persona_name"]).split()) or "NoMatch"


def _key(key: str) -> str:
    return key if _IDENTIFIER.fullmatch(key) else _literal(key)


def _literal(value: Any) -> str:
    """Return JSON that is also JavaScript, on one line if it fits."""
    text = json.dumps(value, ensure_ascii=False)
    if len(text) > LINE_CHARS and isinstance(value, dict | list):
        text = json.dumps(value, ensure_ascii=False, indent=4)
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _indented(text: str, levels: int) -> str:
    return "\n".join(f"{_INDENT * levels}{line}" if line else line for line in text.split("\n"))
