"""Tool mocks: the saved results of a function, some of them for certain arguments only.

A function's value is one result, or a list of mocks with conditions on arguments:
``[{"when": {"city": "Riga"}, "result": {"temp": -3}}, {"result": {"temp": 21}}]``.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from playground.engine.json_types import Json

_KEYS = frozenset({"when", "result"})


@dataclass(frozen=True, slots=True)
class Mock:
    """A saved result, for calls whose arguments have all values of ``when``."""

    result: Any
    when: Json = field(default_factory=dict)

    def fits(self, arguments: Mapping[str, Any]) -> bool:
        return all(name in arguments and _equal(arguments[name], value) for name, value in self.when.items())

    def output(self) -> str:
        """Return the result as the LLM gets it: a text verbatim, anything else as JSON."""
        return self.result if isinstance(self.result, str) else json.dumps(self.result, ensure_ascii=False)

    def as_json(self) -> Json:
        return {"when": self.when, "result": self.result} if self.when else {"result": self.result}


def mocks_in(saved: object) -> tuple[Mock, ...]:
    """Return the mocks of a function's saved value. A list that is not one of mocks is itself a result."""
    if isinstance(saved, list) and saved and all(_is_mock(each) for each in saved):
        return tuple(Mock(each["result"], each.get("when") or {}) for each in saved)
    return (Mock(saved),)


def misfit_in(saved: object) -> int | None:
    """Return the place of the first entry that makes a list of mocks a plain result, though another has conditions."""
    if not isinstance(saved, list) or not any(_is_mock(each) and "when" in each for each in saved):
        return None
    return next((place for place, each in enumerate(saved) if not _is_mock(each)), None)


def fitting_mock(name: str, arguments: str, tool_mocks: Mapping[str, Any]) -> Mock | None:
    """Return the mock that answers a call: that with the most conditions, of several the first; None without one.

    ``arguments`` is the call's JSON; text that is none meets no condition.
    """
    if name not in tool_mocks:
        return None
    call_arguments = arguments_of(arguments)
    fitting = [mock for mock in mocks_in(tool_mocks[name]) if mock.fits(call_arguments)]
    return max(fitting, key=lambda mock: len(mock.when), default=None)


def has_mock(name: str, arguments: str, result: Any, tool_mocks: Mapping[str, Any]) -> bool:
    """Whether a mock that fits the call has this result."""
    call_arguments = arguments_of(arguments)
    mocks = mocks_in(tool_mocks[name]) if name in tool_mocks else ()
    return any(mock.fits(call_arguments) and _equal(mock.result, result) for mock in mocks)


def with_mock(tool_mocks: Mapping[str, Any], name: str, mock: Mock) -> Json:
    """Return the mocks with this one, which replaces the one with the same conditions and comes before all others."""
    before: Sequence[Mock] = mocks_in(tool_mocks[name]) if name in tool_mocks else ()
    mocks = [mock, *(other for other in before if not _equal(other.when, mock.when))]
    has_conditions = any(each.when for each in mocks)
    is_plain = not has_conditions and mocks_in(mock.result) == (mock,) and misfit_in(mock.result) is None
    return {**tool_mocks, name: mock.result if is_plain else [each.as_json() for each in mocks]}


def arguments_of(text: str) -> Json:
    """Return a call's arguments; empty if the text is no JSON object."""
    try:
        arguments = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return arguments if isinstance(arguments, dict) else {}


def _is_mock(value: object) -> bool:
    return (
        isinstance(value, dict)
        and "result" in value
        and value.keys() <= _KEYS
        and isinstance(value.get("when", {}), dict)
    )


def _equal(first: object, second: object) -> bool:
    """Whether two JSON values are the same; in Python ``True == 1``, at every depth."""
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(
            _equal(value, second[name]) for name, value in first.items()
        )
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(_equal, first, second))
    return first == second and isinstance(first, bool) is isinstance(second, bool)
