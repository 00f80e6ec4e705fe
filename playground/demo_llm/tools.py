"""The demo-tools model: picks the function that fits the user's text, and its arguments from its JSON schema."""

import re
from collections.abc import Iterable
from typing import Any

import orjson

from playground.demo_llm.answer import FunctionCall
from playground.demo_llm.chat import ChatRequest, Function
from playground.demo_llm.facts import caller_home, caller_name, places
from playground.engine.json_types import Json

MAX_DEPTH = 5
MAX_CALLS = 4
NAME_WEIGHT = 3
"""The weight of a word in the function's name; one in its description has the weight 1."""
ENOUGH = 3

_WORD = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_QUOTED = re.compile(r"[\"“«]([^\"“”«»]+)[\"”»]")
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)++")
_DAY = re.compile(r"\b(today|tomorrow|tonight|\d{4}-\d{2}-\d{2}|сегодня|завтра)\b", re.IGNORECASE)
_PLACE_FIELD = re.compile(r"location|city|place|town|country|address|destination|where|region", re.IGNORECASE)
_DAY_FIELD = re.compile(r"date|day|when", re.IGNORECASE)
_NAME_FIELD = re.compile(r"(?:^|user|caller|customer|client|full|first)_?name", re.IGNORECASE)
_EMAIL_FIELD = re.compile(r"e-?mail", re.IGNORECASE)

_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be by call can current do for from function get give given how i in is it its me "
        "my of on or please set tell that the this to tool use user what when which will with you your",
    )
)
_MEANINGS = {
    "weather": "umbrella rain raining snow sunny cold warm forecast temperature погода погоду дождь зонт",
    "time": "clock hour час время",
    "book": "reserve reservation booking table забронируй заказать бронь",
    "search": "find look lookup search найди найти поищи",
    "order": "buy purchase заказ заказать купить",
    "transfer": "operator human agent оператор оператора оператору",
}
_MEANING_OF = {word: meaning for meaning, words in _MEANINGS.items() for word in words.split()}


def calls_for(request: ChatRequest) -> tuple[FunctionCall, ...]:
    """Return the calls that answer the last user message; empty if the answer is text.

    If the function takes a place: one call per place in the text. Empty if the place is required and missing, unless
    ``tool_choice`` demands a call.
    """
    function = _fitting(request)
    if function is None:
        return ()
    user_text = _last_user_text(request)
    field = _place_field(function)
    if not field:
        return (_call(function, user_text, request, place=""),)
    named = places(user_text)[:MAX_CALLS]
    if not request.parallel_tool_calls:
        named = named[:1]
    if not named and (home := caller_home(request.system_text)):
        named = [home]
    needs_place = field in _list(function.parameters, "required")
    if not named and needs_place and request.tool_choice.mode != "required":
        return ()
    return tuple(_call(function, user_text, request, place) for place in named or [""])


def needs_place(request: ChatRequest) -> bool:
    """Whether a function fits, but its place is missing."""
    function = _fitting(request)
    return function is not None and bool(_place_field(function)) and not calls_for(request)


def _fitting(request: ChatRequest) -> Function | None:
    choice = request.tool_choice
    if choice.mode == "none" or not request.functions or request.last.role != "user":
        return None
    if choice.name:
        return next((each for each in request.functions if each.name == choice.name), None)
    meanings = _meanings(_last_user_text(request))
    score, best = max(
        ((_score(function, meanings), function) for function in request.functions), key=lambda each: each[0]
    )
    return best if score >= ENOUGH or choice.mode == "required" else None


def _last_user_text(request: ChatRequest) -> str:
    """Return the last user message; a bare answer such as "Paris" is joined to the user message before it."""
    user_texts = request.texts_of("user")
    if not user_texts:
        return ""
    if len(user_texts) > 1 and len(user_texts[-1].split()) <= 3 and not places(user_texts[-1]):
        return f"{user_texts[-2].rstrip('?!. ')} in {user_texts[-1].strip()}"
    return user_texts[-1]


def _score(function: Function, meanings: frozenset[str]) -> int:
    name = _meanings(_CAMEL.sub(" ", function.name).replace("_", " "))
    described = _meanings(" ".join([function.description, *_property_words(function.parameters)]))
    return NAME_WEIGHT * len(name & meanings) + len((described - name) & meanings)


def _property_words(schema: Json) -> Iterable[str]:
    for name, described in _properties(schema).items():
        yield _CAMEL.sub(" ", name).replace("_", " ")
        yield str(described.get("description") or "")


def _meanings(text: str) -> frozenset[str]:
    words = {word.lower() for word in _WORD.findall(text)} - _STOP_WORDS
    return frozenset(_MEANING_OF.get(word, word.removesuffix("s")) for word in words)


def _place_field(function: Function) -> str:
    """Return the first string property without an enum whose name means a place."""
    for name, described in _properties(function.parameters).items():
        if _PLACE_FIELD.search(name) and "enum" not in described:
            return name
    return ""


def _call(function: Function, user_text: str, request: ChatRequest, place: str) -> FunctionCall:
    arguments = _Arguments(user_text, request, place).object_of(function.parameters, depth=0)
    return FunctionCall(name=function.name, arguments=orjson.dumps(arguments).decode())


def _properties(schema: Json) -> dict[str, Json]:
    """Return an object schema's properties, in order; an invalid one counts as an empty schema."""
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return {}
    return {name: each if isinstance(each, dict) else {} for name, each in properties.items()}


class _Arguments:
    """Builds values for a JSON schema from the user's text."""

    def __init__(self, user_text: str, request: ChatRequest, place: str) -> None:
        self._user_text = user_text
        self._request = request
        self._place = place

    def object_of(self, schema: Json, depth: int) -> Json:
        required = _list(schema, "required")
        arguments: Json = {}
        for name, described in _properties(schema).items():
            if name in required:
                arguments[name] = self._value(name, described, depth)
            elif (stated := self._stated_value(name, described)) is not None:
                arguments[name] = stated
        return arguments

    def _stated_value(self, name: str, schema: Json) -> Any:
        """Return a value that the user's text states, or None."""
        if choices := _list(schema, "enum"):
            return next((each for each in choices if str(each).lower() in self._user_text.lower()), None)
        if _kind(schema) != "string":
            return None
        if _PLACE_FIELD.search(name):
            return self._place or None
        if _DAY_FIELD.search(name) and (day := _DAY.search(self._user_text)):
            return day.group(1).lower()
        return None

    def _value(self, name: str, schema: Json, depth: int) -> Any:
        if (stated := self._stated_value(name, schema)) is not None:
            return stated
        for keyword in ("const", "default"):
            if keyword in schema:
                return schema[keyword]
        if choices := _list(schema, "enum"):
            return choices[0]
        return self._made_up(name, schema, depth)

    def _made_up(self, name: str, schema: Json, depth: int) -> Any:
        kind = _kind(schema)
        if kind in {"integer", "number"}:
            return self._number(schema, whole=kind == "integer")
        if kind == "boolean":
            return not re.search(r"\b(?:not|no|don't|without|не|нет|без)\b", self._user_text, re.IGNORECASE)
        if kind == "array":
            items = schema.get("items")
            return (
                [self._value(name, items, depth + 1)] if isinstance(items, dict) and depth < MAX_DEPTH else []
            )
        if kind == "object":
            return self.object_of(schema, depth + 1) if depth < MAX_DEPTH else {}
        return None if kind == "null" else self._string(name)

    def _number(self, schema: Json, *, whole: bool) -> int | float:
        match = _NUMBER.search(self._user_text)
        least, most = _bound(schema, "minimum"), _bound(schema, "maximum")
        number = float(match.group()) if match else (1.0 if least is None else least)
        number = number if least is None else max(number, least)
        number = number if most is None else min(number, most)
        return int(number) if whole or number.is_integer() else number

    def _string(self, name: str) -> str:
        if _EMAIL_FIELD.search(name) and (email := _EMAIL.search(self._user_text)):
            return email.group()
        if _NAME_FIELD.search(name):
            caller = caller_name(self._request.system_text, self._request.texts_of("user"))
            return caller or "unknown"
        if _DAY_FIELD.search(name):
            return "today"
        if quoted := _QUOTED.search(self._user_text):
            return quoted.group(1)
        return self._user_text.strip()


def _list(schema: Json, key: str) -> list[Any]:
    value = schema.get(key)
    return value if isinstance(value, list) else []


def _bound(schema: Json, key: str) -> float | None:
    value = schema.get(key)
    return float(value) if isinstance(value, int | float) else None


def _kind(schema: Json) -> str:
    """Return the schema's type: of several the first that isn't null; of alternatives that of the first."""
    kind = schema.get("type")
    if isinstance(kind, list):
        return next((str(each) for each in kind if each != "null"), "null")
    if isinstance(kind, str):
        return kind
    alternatives = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(alternatives, list) and alternatives and isinstance(alternatives[0], dict):
        return _kind(alternatives[0])
    return "object" if "properties" in schema else "string"
