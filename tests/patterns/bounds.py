"""How long a text the regular expressions of a package, a module or a name get, and where they run."""

from enum import StrEnum
from typing import NamedTuple

from personas.formats.rules import MAX_PROMPT_CHARS
from personas.formats.tolerant import MAX_CHARS
from playground.demo_llm.chat import READ_CHARS, READ_SYSTEM_CHARS
from playground.demo_llm.storyteller import PLACE_CHARS
from playground.engine.headers import VALUE_CHARS
from playground.engine.limits import DEFAULT_LIMITS, KIB
from playground.engine.sentences.periods import TOKEN_CHARS
from playground.engine.user_json import LIMIT_BYTES
from playground.inspectors.answer_settings import TEXT_CHARS
from playground.inspectors.front_door import BODY_BYTES
from playground.realtime.commands import CONTEXT_CHARS

ADDRESS_CHARS = 2_000
"""Of a persona's `address` and `tool_endpoint`."""
HEADER_BYTES = 64 * KIB
NAME_CHARS = 200


class Where(StrEnum):
    LOOP = "on the event loop"
    THREAD = "in a thread"
    PROCESS = "in a process that is ended"


BUDGET_MS = {Where.LOOP: 50.0, Where.THREAD: 500.0, Where.PROCESS: float("inf")}
"""The most CPU time that one use of a pattern may take. A process has its own limit (`READ_MS`)."""
SENTENCE_BUDGET_MS = 2.0
"""An answer has hundreds of sentences."""
STEPS_BUDGET_MS = 2_000.0
"""Of a pattern in a thread that goes on with Python code after each match, so that others run in between."""


class Bound(NamedTuple):
    """``chars`` is the longest text that reaches the patterns of a module; ``whose`` says who sends it."""

    chars: int
    where: Where
    whose: str
    within_ms: float | None = None

    @property
    def budget_ms(self) -> float:
        return BUDGET_MS[self.where] if self.within_ms is None else self.within_ms


_SENTENCE = Bound(
    DEFAULT_LIMITS.sentence_chars + KIB,
    Where.LOOP,
    "LLM: a sentence",
    SENTENCE_BUDGET_MS,
)
_WORD = Bound(TOKEN_CHARS, Where.LOOP, "LLM: the word before a period", SENTENCE_BUDGET_MS)
_ANSWER = Bound(DEFAULT_LIMITS.answer_chars, Where.LOOP, "LLM: an answer")

BOUNDS: dict[str, Bound] = {
    "dashboard.api_keys": Bound(HEADER_BYTES, Where.LOOP, "stranger: a request's header"),
    "dashboard.environment": Bound(4 * KIB, Where.THREAD, "operator: a setting"),
    "dashboard.logs": Bound(64 * KIB, Where.LOOP, "stranger: what a request brings into a log line"),
    "dashboard.reports": Bound(4 * KIB, Where.THREAD, "operator: a setting's name"),
    "personas.archives": Bound(MAX_CHARS, Where.THREAD, "editor: a file of an archive"),
    "personas.exporting": Bound(NAME_CHARS, Where.THREAD, "editor: a persona's name"),
    "personas.formats": Bound(MAX_CHARS, Where.PROCESS, "editor: a document"),
    "personas.formats.advice": Bound(MAX_PROMPT_CHARS, Where.THREAD, "editor: a prompt"),
    "personas.formats.credentials": Bound(LIMIT_BYTES, Where.THREAD, "editor: a form's field"),
    "personas.formats.fields": Bound(LIMIT_BYTES, Where.THREAD, "editor: a form's field"),
    "personas.formats.prompt_size": Bound(2 * MAX_PROMPT_CHARS, Where.THREAD, "editor: both prompts"),
    "personas.formats.rules": Bound(LIMIT_BYTES, Where.THREAD, "editor: a form's field"),
    "personas.formats.jaicp_advice": Bound(LIMIT_BYTES, Where.THREAD, "editor: a form's field"),
    "personas.formats.tavus_advice": Bound(LIMIT_BYTES, Where.THREAD, "editor: a form's field"),
    "personas.formats.own_apis": Bound(LIMIT_BYTES, Where.THREAD, "editor: a form's field"),
    "personas.names": Bound(MAX_CHARS, Where.THREAD, "editor: a file of an archive"),
    "personas.models.json_field": Bound(LIMIT_BYTES, Where.THREAD, "editor: a form's field"),
    "personas.text_comparison": Bound(2 * MAX_PROMPT_CHARS, Where.THREAD, "editor: both prompts"),
    "personas.views.editor": Bound(HEADER_BYTES, Where.THREAD, "editor: the address of a page"),
    "playground.demo_llm": Bound(READ_SYSTEM_CHARS, Where.LOOP, "viewer: a system message"),
    "playground.demo_llm.answer": Bound(READ_CHARS, Where.LOOP, "viewer: an utterance"),
    "playground.demo_llm.intents": Bound(READ_CHARS, Where.LOOP, "viewer: an utterance"),
    "playground.demo_llm.situation": Bound(READ_CHARS, Where.LOOP, "viewer: an utterance"),
    "playground.demo_llm.storyteller._BARE_PLACE": Bound(
        PLACE_CHARS, Where.LOOP, "viewer: an answer to a question"
    ),
    "playground.demo_llm.tools": Bound(READ_CHARS, Where.LOOP, "viewer: an utterance"),
    "playground.engine.addresses": Bound(ADDRESS_CHARS, Where.LOOP, "editor: an address"),
    "playground.engine.answer": _ANSWER,
    "playground.engine.errors": Bound(DEFAULT_LIMITS.error_body_bytes, Where.LOOP, "LLM: a refusal's body"),
    "playground.engine.headers": Bound(VALUE_CHARS, Where.LOOP, "editor: a header"),
    "playground.engine.platforms": Bound(BODY_BYTES, Where.THREAD, "stranger: a request's body"),
    "playground.engine.prompt": Bound(CONTEXT_CHARS, Where.LOOP, "viewer: a context"),
    "playground.engine.sentences": _SENTENCE,
    "playground.engine.sentences.periods._INNER_OPENER": _WORD,
    "playground.engine.sentences.periods._LAST_PART": _WORD,
    "playground.engine.speech": _SENTENCE,
    "playground.engine.speech.tags": Bound(NAME_CHARS, Where.LOOP, "LLM: an attribute; editor: a TTS model"),
    "playground.engine.substitution": Bound(VALUE_CHARS, Where.LOOP, "editor: a header"),
    "playground.engine.user_json": Bound(CONTEXT_CHARS, Where.LOOP, "viewer: properties and tool results"),
    "playground.inspectors.request_list": Bound(BODY_BYTES, Where.THREAD, "stranger: a request's body"),
    "playground.inspectors.answers.wire": Bound(TEXT_CHARS, Where.LOOP, "editor: what an inspector says"),
    "playground.inspectors.application": Bound(HEADER_BYTES, Where.LOOP, "stranger: a request's path"),
    "playground.inspectors.authentication": Bound(HEADER_BYTES, Where.LOOP, "stranger: a header"),
    "playground.inspectors.callers_key": Bound(
        HEADER_BYTES, Where.LOOP, "stranger: a header; of a body MOST_CANDIDATES"
    ),
    "playground.inspectors.key_names": Bound(HEADER_BYTES, Where.LOOP, "stranger: a header's name"),
    "playground.inspectors.masking": Bound(HEADER_BYTES, Where.THREAD, "stranger: a query"),
    "playground.inspectors.greenroom_keys": Bound(BODY_BYTES, Where.THREAD, "stranger: a request's body"),
    "playground.inspectors.pass_on": Bound(HEADER_BYTES, Where.LOOP, "stranger: a request's path"),
    "playground.inspectors.presented_secrets": Bound(HEADER_BYTES, Where.LOOP, "stranger: a query"),
    "playground.inspectors.spelt_secrets": Bound(
        BODY_BYTES, Where.THREAD, "stranger: a request's body, a step a match", STEPS_BUDGET_MS
    ),
    "playground.storage.turn_rows": Bound(DEFAULT_LIMITS.answer_chars, Where.THREAD, "LLM: an answer"),
}

MADE_AT_RUN_TIME = {
    "personas.formats.curl": "a here-document's word, of up to 60 characters",
    "personas.formats.own_apis": "the header names of the registry",
    "playground.demo_llm.intents": "the patterns of its own tables, which are tested as values of a dict",
    "playground.engine.answer.redaction": "spellings of the turn's secrets, escaped, without repetition",
    "playground.engine.speech.word_breaks": "a size of its own",
}
"""Modules that make patterns from other than their own constants: of what."""


def bound_of(name: str) -> Bound | None:
    """Return the bound of the longest beginning of a pattern's dotted name that has one, or None."""
    while name and name not in BOUNDS:
        name = name.rpartition(".")[0]
    return BOUNDS.get(name)
