"""Every module that reads text by a parser (JSON, Python's literals) stands here, with what bounds the text.

A new module belongs into the table, and, where others write what it reads, into the cases of `test_parser_costs`.
Regular expressions have a table of their own, `tests/patterns/bounds.py`, by which each is timed.
"""

import ast
from pathlib import PurePath

from tests.dashboard.processes import ROOT

PARSERS = frozenset({"json.loads", "json.load", "orjson.loads", "ast.literal_eval", "ast.parse"})
DOCUMENT = "MAX_CHARS of a document, in a process that is ended after READ_MS; by the API BODY_BYTES"
ANSWER = "Limits: the stream's bytes, a line's, the answer's characters"
DEMO = "USER_TEXT_CHARS of a message, OUTPUT_CHARS of a tool's result"
OWN = "written by Greenroom or its operator"
BOUNDED_BY = {
    DOCUMENT: ("personas/formats/curl.py", "personas/formats/scanned_text.py"),
    ANSWER: (
        "playground/engine/answer/payloads.py", "playground/engine/errors/bodies.py", "playground/engine/history.py",
        "playground/engine/json_text.py", "playground/engine/tools/mocks.py", "playground/engine/tools/rounds.py",
    ),
    DEMO: ("playground/demo_llm/chat.py", "playground/demo_llm/echo.py", "playground/demo_llm/tool_results.py"),
    "BODY_BYTES of a request, ANSWER_BYTES of an answer": (
        "playground/inspectors/chat_request.py", "playground/inspectors/spelt_secrets.py",
    ),
    "MESSAGE_BYTES of a frame": ("playground/realtime/commands.py",),
    "what this or another process of Greenroom wrote": ("playground/realtime/hub.py",),
    "LIMIT_BYTES and LIMIT_DEPTH, or the limits it is given": ("playground/engine/user_json.py",),
    "a process that is ended after SCHEMA_CHECK_MS or argument_check_ms": ("playground/engine/tools/arguments.py",),
    "MANIFEST_BYTES of a file that the operator names": ("dashboard/backups/manifest.py",),
    "a value of a row, which had its bound when it was stored": ("personas/models/json_field.py",),
    "a callback's body, which Greenroom wrote from stored turns": (
        "playground/api/callbacks.py", "playground/storage/callback_list.py",
    ),
    "the answer's bytes of an endable process": ("personas/endable_processes.py",),
    OWN: ("personas/question_loop.py", "playground/engine/curl.py"),
}  # fmt: skip


def parses(source: str) -> bool:
    return any(
        isinstance(node, ast.Call) and ast.unparse(node.func) in PARSERS
        for node in ast.walk(ast.parse(source))
    )


def test_every_parser_has_a_bound_that_is_known() -> None:
    modules = {
        PurePath(path.relative_to(ROOT)).as_posix()
        for folder in ("dashboard", "personas", "playground")
        for path in (ROOT / folder).rglob("*.py")
        if parses(path.read_text())
    }
    listed = [module for modules in BOUNDED_BY.values() for module in modules]
    assert modules == set(listed)
    assert len(listed) == len(set(listed))
