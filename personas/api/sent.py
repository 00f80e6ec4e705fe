"""Reads the persona or patch in a request's text, and its errors. Knows neither Django nor any row."""

import json
from typing import Any

from personas.api.errors import bad_request
from personas.api.limits import BODY_BYTES
from personas.api.patching import is_same, patched
from personas.formats import Draft, FormatError, tavus
from personas.formats.nodes import Node
from personas.formats.tavus import READ_ONLY
from personas.formats.tolerant import MAX_VALUES, Source, value_count
from playground.engine.json_types import Json
from playground.engine.platforms.registry import platform_named
from playground.engine.platforms.tavus import Tavus
from playground.engine.user_json import UserJsonError, parse_user_json

PLATFORM = Tavus()
"""The platform whose documents the API takes and gives, whatever a persona's own platform is."""
PROMPT_MISSING = "system_prompt is missing: Tavus wants it unless pipeline_mode is echo."


def read_sent_persona(text: str, *, site_url: str, most_values: int = MAX_VALUES) -> Draft:
    """Read a persona as sent: JSON, or the example of Tavus' page with its comments, commas and ``<placeholders>``.

    Raises ApiError (400) with the path of the invalid value, or the line and column if it is no JSON.
    """
    node: Node | None = None
    try:
        source = Source(text, most_values=most_values)
        node, end = source.read()
        if source.text[(rest := source.skip(end)) :]:
            source.fail("Something stands after the end of the JSON.", rest)
        _refuse_script(source, node)
        return tavus.read(source, node, site_url=site_url)
    except FormatError as error:
        path = node.path_to(error.offset) if node is not None and error.offset is not None else ""
        raise bad_request(error.message if path else str(error), path) from None


def read_sent_patch(text: str, before: Json, platform: str, *, site_url: str) -> Draft | None:
    """Return the persona ``before`` with the JSON Patch applied, or None if nothing changes.

    Raises ApiError: 422 for an invalid patch or one that doesn't fit; 400 if the result is no persona, or if the patch
    changes a read-only value.
    """
    try:
        patch = parse_user_json(text, limit_bytes=BODY_BYTES)
    except UserJsonError as error:
        raise bad_request(error.message) from None
    after = patched(before, patch)
    if is_same(before, after):
        return None
    _refuse_foreign_changes(platform, before, after)
    most_values = max(MAX_VALUES, value_count(before))  # one stored before there was a limit may be changed
    return read_sent_persona(_text_of(after), site_url=site_url, most_values=most_values)


def _refuse_script(source: Source, node: Node) -> None:
    """Refuse script and gaps: a pasted document may hold them, each with a note, a request may not."""
    if not isinstance(node.value, dict):
        source.fail("A persona is a JSON object: { … }.", node.offset)
    for path, expression, _ in node.expressions():
        if not expression.is_placeholder:
            raise bad_request("This is not JSON (text needs double quotes).", path)
    if source.gaps:
        source.fail("This is not JSON: something was left out here.", source.gaps[0].offset)
    if "system_prompt" not in node.value and not _is_echo(node.value):
        raise bad_request(PROMPT_MISSING, "system_prompt")


def _is_echo(members: dict[str, Node]) -> bool:
    mode = members.get("pipeline_mode")
    return mode is not None and mode.value == "echo"


def _refuse_foreign_changes(platform: str, before: Json, after: Any) -> None:
    if not isinstance(after, dict):
        raise bad_request("A persona is a JSON object: { … }.")
    for key in READ_ONLY:
        if after.get(key) != before.get(key):
            raise bad_request("This is read-only.", key)
    if platform == PLATFORM.name:
        return
    if not is_same(before.get("layers"), after.get("layers")):
        message = (
            f"A {platform_named(platform).label} persona's layers are only how it would look at {PLATFORM.label}: "
            "change them in Greenroom's pages."
        )
        raise bad_request(message, "layers")


def _text_of(after: Json) -> str:
    written = {key: value for key, value in after.items() if key not in READ_ONLY}
    return json.dumps(written, ensure_ascii=False, separators=(",", ":"))
