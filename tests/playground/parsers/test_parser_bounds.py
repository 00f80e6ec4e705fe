"""Every module that reads text by a pattern or a parser of the standard library stands here, with what bounds the text.

A new module belongs into the table, and, where others write what it reads, into the cases of `test_parser_costs`.
"""

import ast
from pathlib import PurePath

from tests.dashboard.processes import ROOT

PARSERS = frozenset({"re.compile", "json.loads", "json.load", "ast.literal_eval", "ast.parse"})
DOCUMENT = "MAX_CHARS of a document, in a process that is ended after READ_MS; by the API BODY_BYTES"
FIELD = "the size of a form's field or of a document's member"
ANSWER = "Limits: the stream's bytes, a line's, the answer's characters"
SENTENCES = "Limits.sentence_chars: a pending sentence is cut there"
DEMO = "USER_TEXT_CHARS of a message, OUTPUT_CHARS of a tool's result"
OWN = "written by Greenroom or its operator"
BOUNDED_BY = {
    DOCUMENT: (
        "personas/formats/code.py", "personas/formats/credentials.py", "personas/formats/curl.py",
        "personas/formats/jaicp_pasted.py", "personas/formats/fenced.py", "personas/formats/fields.py",
        "personas/formats/hash_comments.py", "personas/formats/jaicp_history.py",
        "personas/formats/jaicp_messages.py", "personas/formats/jaicp_script.py",
        "personas/formats/joined_text.py", "personas/formats/bindings.py", "personas/formats/script.py",
        "personas/formats/tolerant.py", "personas/formats/own_apis.py",
        "personas/formats/scanned_text.py",
    ),
    FIELD: (
        "personas/formats/advice.py", "personas/formats/tavus_advice.py", "personas/formats/jaicp_advice.py",
        "personas/formats/prompt_size.py", "personas/formats/rules.py",
        "playground/engine/addresses/address.py", "playground/engine/headers.py",
        "playground/engine/prompt.py", "playground/engine/substitution.py",
    ),
    ANSWER: (
        "playground/engine/answer/answer_messages.py", "playground/engine/answer/body.py",
        "playground/engine/errors/bodies.py", "playground/engine/answer/finish_reasons.py",
        "playground/engine/errors/refused_answer.py",
        "playground/engine/history.py", "playground/engine/json_text.py",
        "playground/engine/answer/leaked_calls.py", "playground/engine/answer/reasoning.py",
        "playground/engine/answer/redaction.py", "playground/engine/errors/refusals.py",
        "playground/engine/answer/sse.py", "playground/engine/answer/text_channel.py",
        "playground/engine/tools/mocks.py", "playground/engine/tools/rounds.py",
        "playground/engine/answer/unreadable.py",
    ),
    SENTENCES: (
        "playground/engine/sentences/splitter.py", "playground/engine/sentences/blocks.py",
        "playground/engine/sentences/characters.py", "playground/engine/sentences/ends.py",
        "playground/engine/sentences/glued.py", "playground/engine/sentences/pauses.py",
        "playground/engine/sentences/periods.py", "playground/engine/sentences/quotes.py",
        "playground/engine/sentences/spans.py", "playground/engine/speech/tags.py",
        "playground/engine/speech/spoken.py", "playground/engine/speech/markup.py",
        "playground/engine/speech/word_breaks.py",
    ),
    DEMO: (
        "playground/demo_llm/answer.py", "playground/demo_llm/intents.py",
        "playground/demo_llm/situation.py", "playground/demo_llm/storyteller.py",
        "playground/demo_llm/tools.py", "playground/demo_llm/facts.py",
    ),
    "LIMIT_BYTES and LIMIT_DEPTH, or the limits it is given": ("playground/engine/user_json.py",),
    "a process that is ended after SCHEMA_CHECK_MS or argument_check_ms": ("playground/engine/tools/arguments.py",),
    "MAX_COMPARED parts": ("personas/versions.py",),
    "a header of 16 KiB at most": ("dashboard/api_keys.py",),
    "MANIFEST_BYTES of a file that the operator names": ("dashboard/backups/manifest.py",),
    "one line of the log at a time": ("dashboard/logs.py",),
    "a value of a row, which had its bound when it was stored": ("personas/models/json_field.py",),
    "the answer's bytes of an endable process": ("personas/endable_processes.py",),
    OWN: (
        "dashboard/reports.py", "personas/migrations/0003_missing_secrets_and_header_names.py",
        "personas/question_loop.py", "playground/engine/curl.py",
    ),
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
