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
        "personas/formats/detect.py", "personas/formats/fenced.py", "personas/formats/fields.py",
        "personas/formats/hash_comments.py",
        "personas/formats/jaicp_history.py", "personas/formats/jaicp_messages.py",
        "personas/formats/jaicp_script.py", "personas/formats/joined_text.py", "personas/formats/names.py",
        "personas/formats/script.py", "personas/formats/tolerant.py",
    ),
    FIELD: (
        "personas/formats/advice.py", "personas/formats/prompt_size.py", "personas/formats/rules.py",
        "playground/core/addresses.py", "playground/core/headers.py", "playground/core/prompt.py",
        "playground/core/substitution.py",
    ),
    ANSWER: (
        "playground/core/answer_words.py", "playground/core/body.py", "playground/core/error_bodies.py",
        "playground/core/finish_reasons.py", "playground/core/history.py", "playground/core/json_text.py",
        "playground/core/leaked_calls.py", "playground/core/reasoning.py", "playground/core/redaction.py",
        "playground/core/refusals.py", "playground/core/sse.py", "playground/core/text_channel.py",
        "playground/core/tool_rounds.py", "playground/core/unreadable.py",
    ),
    SENTENCES: (
        "playground/core/sentences.py", "playground/core/sentences_blocks.py", "playground/core/sentences_chars.py",
        "playground/core/sentences_ends.py", "playground/core/sentences_glued.py",
        "playground/core/sentences_pauses.py", "playground/core/sentences_periods.py",
        "playground/core/sentences_quotes.py", "playground/core/sentences_spans.py",
        "playground/core/speech_tags.py", "playground/core/spoken.py", "playground/core/spoken_markup.py",
        "playground/core/spoken_words.py",
    ),
    DEMO: (
        "playground/demo_llm/answer.py", "playground/demo_llm/intents.py", "playground/demo_llm/situation.py",
        "playground/demo_llm/storyteller.py", "playground/demo_llm/tools.py", "playground/demo_llm/words.py",
    ),
    "LIMIT_BYTES and LIMIT_DEPTH, or the limits it is given": ("playground/core/user_json.py",),
    "a process that is ended after SCHEMA_CHECK_MS or argument_check_ms": ("playground/core/tool_arguments.py",),
    "MAX_COMPARED parts": ("personas/versions.py",),
    "a header of 16 KiB at most": ("dashboard/api_keys.py",),
    "one line of the log at a time": ("dashboard/logs.py",),
    "the answer's bytes of an endable process": ("personas/endable_processes.py",),
    OWN: (
        "dashboard/reports.py", "personas/migrations/0003_missing_secrets_and_header_names.py",
        "personas/question_loop.py",
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
