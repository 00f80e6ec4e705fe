"""JSON Patch (RFC 6902), one operation after the other, with a bound on the document's growth."""

import copy
import json
from collections.abc import Mapping
from typing import Any

import jsonpatch
from jsonpointer import JsonPointerException

from personas.api.errors import INVALID_PATCH, ApiError
from personas.api.limits import BODY_BYTES
from personas.formats.tavus import TODAYS_NAMES
from playground.engine.json_types import Json
from playground.engine.user_json import LIMIT_DEPTH, UserJsonError, parse_user_json

MAX_OPERATIONS = 200
OPERATIONS = ("add", "remove", "replace", "move", "copy", "test")
_WITH_VALUE = frozenset({"add", "replace", "test"})
_WITH_FROM = frozenset({"move", "copy"})


def patched(document: Json, patch: object) -> Any:
    """Return a patched copy of the document.

    Raises ApiError (422) if it is no JSON Patch, or one that doesn't fit the document.
    """
    if not isinstance(patch, list):
        raise _invalid("it is not a list of operations.")
    if len(patch) > MAX_OPERATIONS:
        raise _invalid(f"at most {MAX_OPERATIONS} operations are taken.")
    result = copy.deepcopy(document)
    for index, operation in enumerate(patch):
        checked = _checked(operation, index)
        result = _applied(result, checked, index)
    return result


def is_same(left: object, right: object) -> bool:
    """Whether two JSON values are equal: ``true`` is not 1, and the order of keys doesn't matter."""
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def _checked(operation: object, index: int) -> Json:
    if not isinstance(operation, dict):
        raise _invalid("an operation is an object.", f"[{index}]")
    op = operation.get("op")
    if not isinstance(op, str) or op not in OPERATIONS:
        raise _invalid(f"op is one of {', '.join(OPERATIONS)}.", f"[{index}].op")
    if op in _WITH_VALUE and "value" not in operation:
        raise _invalid(f"{op} wants a value.", f"[{index}].value")
    checked: Json = {"op": op, "path": _pointer(operation, "path", index)}
    if op in _WITH_VALUE:
        checked["value"] = operation["value"]
    if op in _WITH_FROM:
        checked["from"] = _pointer(operation, "from", index)
    return checked


def _pointer(operation: Mapping[str, Any], key: str, index: int) -> str:
    """Return the JSON Pointer, with GET's name in place of Tavus' current one at its beginning."""
    text = operation.get(key)
    if not isinstance(text, str) or (text and not text.startswith("/")):
        raise _invalid(f"{key} is a JSON Pointer, such as /layers/llm/model.", f"[{index}].{key}")
    first, slash, rest = text.removeprefix("/").partition("/")
    return f"/{TODAYS_NAMES[first]}{slash}{rest}" if first in TODAYS_NAMES else text


def _applied(document: Any, operation: Json, index: int) -> Any:
    try:
        result = jsonpatch.JsonPatch([operation]).apply(document, in_place=True)
    except jsonpatch.JsonPatchTestFailed:
        raise _invalid("the value at this path is another one.", f"[{index}].value") from None
    except (jsonpatch.JsonPatchException, JsonPointerException, TypeError, ValueError):
        # jsonpatch raises plain Python errors if a path leads through a text or a number.
        raise _invalid("the path leads nowhere in the persona as it is.", f"[{index}].path") from None
    if operation["op"] == "copy":
        _refuse_growth(result, index)
    return result


def _refuse_growth(document: Any, index: int) -> None:
    """Refuse a document larger than a body may be: each copy operation may double it."""
    try:
        parse_user_json(
            json.dumps(document), limit_bytes=BODY_BYTES, limit_depth=LIMIT_DEPTH, limit_values=BODY_BYTES
        )
    except UserJsonError as error:
        raise _invalid(error.message, f"[{index}]") from None


def _invalid(why: str, field: str = "") -> ApiError:
    return ApiError(422, f"{INVALID_PATCH}: {why}", field)
