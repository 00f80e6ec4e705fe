"""Joins the fragments of tool calls, whatever way a server numbers and names them.

OpenAI numbers the calls: fragments are joined by ``index``; the first carries ``id`` and ``name``, the others only
pieces of ``arguments``. Servers leave the index out, send null, number every call 0, repeat or change the id, send
whole calls.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from playground.engine.answer.notes import TurnNotes
from playground.engine.answer.payloads import parse_payload
from playground.engine.answer.redaction import Redactor
from playground.engine.answer.text_channel import TextChannel, storable
from playground.engine.errors.excerpts import excerpt
from playground.engine.events import ToolCall
from playground.engine.limits import DEFAULT_LIMITS, KIB, Limits

_NAME_CHARS = 256
"""The longest name or id of a call that is stored and sent back."""
_RAW_NAME_CHARS = 16 * KIB
"""How much of one is collected: it is shortened to `_NAME_CHARS` only after secrets are masked."""


@dataclass(frozen=True, slots=True)
class CallFragment:
    """One chunk's part of one call. An empty string means absent."""

    index: int | None = None
    id: str = ""
    name: str = ""
    arguments: str = ""
    extra: Mapping[str, object] = field(default_factory=dict)
    """Fields outside OpenAI's API (Gemini's ``extra_content``)."""


class _OpenCall:
    """A call whose fragments are still arriving."""

    def __init__(self, fragment: CallFragment, redactor: Redactor) -> None:
        self.index = fragment.index
        self.id = fragment.id[:_RAW_NAME_CHARS]
        self.name = ""
        self.arguments: list[str] = []
        self.chars = 0
        self.extra: dict[str, object] = {}
        self.is_capped = False
        self.repeats_its_name = False
        self.channel = TextChannel(redactor)

    @property
    def text(self) -> str:
        return "".join(self.arguments)

    def add(self, arguments: str, limit_chars: int) -> None:
        room = limit_chars - self.chars
        if len(arguments) > room:
            self.is_capped = True
            arguments = arguments[:room]
        if arguments:
            self.arguments.append(arguments)
            self.chars += len(arguments)


class ToolCallJoiner:
    """Add fragments as they arrive; ``finish`` returns the calls, in the order in which they began."""

    def __init__(self, redactor: Redactor, notes: TurnNotes, limits: Limits = DEFAULT_LIMITS) -> None:
        self._redactor = redactor
        self._notes = notes
        self._limits = limits
        self._open: list[_OpenCall] = []
        self._by_index: dict[int, _OpenCall] = {}
        self._by_id: dict[str, _OpenCall] = {}

    @property
    def has_named_call(self) -> bool:
        return any(call.name for call in self._open)

    def add(self, fragment: CallFragment) -> str:
        """Add one fragment; return the arguments that it added, redacted."""
        call = self._call_of(fragment)
        if call is None:
            self._notes.add(
                f"The LLM called more than {self._limits.tool_calls} functions: the rest was left out."
            )
            return ""
        self._name(call, fragment)
        call.extra.update(fragment.extra)
        added = call.channel.feed(fragment.arguments)
        call.add(added, self._limits.tool_arguments_chars)
        return added

    def flush(self) -> list[CallFragment]:
        """Return what the channels held back, as fragments."""
        tails: list[CallFragment] = []
        for call in self._open:
            if tail := call.channel.flush():
                call.add(tail, self._limits.tool_arguments_chars)
                tails.append(CallFragment(index=call.index, id=call.id, arguments=tail))
        return tails

    def finish(self, *, was_cut: bool) -> tuple[ToolCall, ...]:
        """Return the calls. ``was_cut``: the server ended the answer early, so invalid JSON means a partial call."""
        calls: list[ToolCall] = []
        used_ids: set[str] = set()
        for call in self._open:
            if not call.name:
                self._notes.add("A tool call without a function name was left out.")
                continue
            finished = self._finished(call, used_ids)
            if was_cut and not finished.valid and not call.is_capped:
                shown = excerpt(finished.name, self._redactor.redact)
                self._notes.add(f"The call of {shown} was cut off in its arguments, so it was left out.")
                continue
            used_ids.add(finished.id)
            calls.append(finished)
        return tuple(calls)

    def _call_of(self, fragment: CallFragment) -> _OpenCall | None:
        call = self._known(fragment) or self._left_open(fragment)
        if call is not None and not self._begins_another(call, fragment):
            return call
        if len(self._open) >= self._limits.tool_calls:
            return None
        call = _OpenCall(fragment, self._redactor)
        self._open.append(call)
        if fragment.index is not None:
            self._by_index[fragment.index] = call
        if fragment.id:
            self._by_id[fragment.id] = call
        return call

    def _known(self, fragment: CallFragment) -> _OpenCall | None:
        if fragment.index is not None:
            return self._by_index.get(fragment.index)
        if fragment.id and fragment.id in self._by_id:
            return self._by_id[fragment.id]
        return self._open[-1] if self._open else None

    def _left_open(self, fragment: CallFragment) -> _OpenCall | None:
        """Return the last call if a fragment with another index can only be the rest of its arguments."""
        if fragment.index is None or fragment.id or fragment.name or not fragment.arguments or not self._open:
            return None
        call = self._open[-1]
        if not call.name or not call.chars or _is_object(call.text):
            return None
        self._by_index[fragment.index] = call
        self._notes.add(
            "The arguments of a tool call went on at the next index: they were joined here, but OpenAI's own client "
            "reads half a call and another without a name. Send all fragments of a call at its index."
        )
        return call

    def _begins_another(self, call: _OpenCall, fragment: CallFragment) -> bool:
        """Whether a fragment addressed to an open call really begins the next one."""
        if not fragment.name or not call.name:
            return False
        if fragment.id and call.id and fragment.id != call.id:
            if fragment.index is not None:
                self._notes.add(
                    "The LLM's server gave several tool calls the same index; their ids told them apart."
                )
            return True
        if fragment.name != call.name:
            return bool(call.chars) or fragment.index is None
        if not fragment.arguments or not call.chars or call.repeats_its_name:
            return False
        is_same = fragment.index is not None and bool(fragment.id)
        call.repeats_its_name = is_same or not _is_object(call.text)
        return not call.repeats_its_name

    def _name(self, call: _OpenCall, fragment: CallFragment) -> None:
        if fragment.id and not call.id:
            call.id = fragment.id[:_RAW_NAME_CHARS]
            self._by_id.setdefault(fragment.id, call)
        elif fragment.id and fragment.id[:_RAW_NAME_CHARS] != call.id:
            self._notes.add(
                "The LLM's server changed the id of a tool call while it arrived; the first id counts."
            )
        if fragment.name and fragment.name != call.name:
            call.name = (call.name + fragment.name)[:_RAW_NAME_CHARS]

    def _finished(self, call: _OpenCall, used_ids: set[str]) -> ToolCall:
        call.add(call.channel.flush(), self._limits.tool_arguments_chars)
        remarks: list[str] = []
        name = self._redactor.redact(storable(call.name))[:_NAME_CHARS]
        given_id = self._redactor.redact(storable(call.id))[:_NAME_CHARS]
        shown = excerpt(name, self._redactor.redact)
        call_id = _own_id(given_id, used_ids)
        if not given_id:
            remarks.append(f"The call of {shown} came without an id: Greenroom named it {call_id}.")
        elif call_id != given_id:
            shown_id = excerpt(call_id, self._redactor.redact)
            remarks.append(
                f"Two tool calls came with the same id: Greenroom named the one of {shown} {shown_id}."
            )
        arguments = call.text
        if not arguments.strip():
            arguments = "{}"
        valid = not call.is_capped and _is_object(arguments)
        if call.is_capped:
            limit = self._limits.tool_arguments_chars // KIB
            remarks.append(
                f"The arguments of {shown} are longer than {limit} Ki characters and were cut off there."
            )
        elif not valid:
            remarks.append(f"The arguments of {shown} are not a JSON object.")
        extra = self._extra(call)
        if extra:
            names = excerpt(", ".join(call.extra), self._redactor.redact)
            remarks.append(
                f"The call of {shown} carries fields of the server's own ({names}), sent back with it."
            )
        for remark in remarks:
            self._notes.add(remark)
        return ToolCall(
            id=call_id, name=name, arguments=arguments, valid=valid, note=" ".join(remarks), extra=extra
        )

    def _extra(self, call: _OpenCall) -> str:
        """Return the server's own fields of a call as JSON; empty if there are none that can be sent back."""
        if not call.extra:
            return ""
        try:
            text = json.dumps(call.extra, ensure_ascii=False, allow_nan=False)
        except (ValueError, RecursionError):
            return ""
        text = self._redactor.redact(storable(text))
        return text if len(text) <= self._limits.tool_arguments_chars and _is_object(text) else ""


def _is_object(text: str) -> bool:
    try:
        return isinstance(parse_payload(text.encode()), dict)
    except ValueError:
        return False


def _own_id(given_id: str, used_ids: set[str]) -> str:
    if given_id and given_id not in used_ids:
        return given_id
    stem = given_id or "call"
    number = 1 if not given_id else 2
    while f"{stem}_{number}" in used_ids:
        number += 1
    return f"{stem}_{number}"
