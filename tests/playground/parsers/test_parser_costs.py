"""What strangers, editors, LLMs and tools send costs in proportion to its size, up to the largest that is taken."""

import contextlib
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError

from personas.api.errors import ApiError
from personas.api.patching import patched
from personas.formats import FormatError, read_documents
from personas.formats.advice import notes_about
from personas.formats.credentials import Credentials, literal_key_problems
from personas.formats.fields import ImportNotes
from personas.forms.fields import UserJsonField
from personas.text_comparison import MAX_COMPARED, compare_texts
from playground.demo_llm import facts, situation, tool_results
from playground.demo_llm import tools as demo_tools
from playground.engine.addresses.address import AddressError, is_placeholder, parse_address
from playground.engine.answer.payloads import parse_payload
from playground.engine.errors.codes import CommandError
from playground.engine.errors.refusals import refused, retry_after
from playground.engine.headers import check_value
from playground.engine.limits import DEFAULT_LIMITS, KIB, MIB
from playground.engine.prompt import placeholders
from playground.engine.substitution import names_in, substitute
from playground.engine.tools.arguments import schema_fault
from playground.engine.tools.schema_size import expands_too_far
from playground.engine.user_json import UserJsonError, parse_user_json
from playground.realtime.commands import MESSAGE_BYTES, USER_TEXT_CHARS, parse_command

pytestmark = pytest.mark.slow  # Measures the cost of the longest inputs that are taken.

REFUSALS = (
    FormatError, UserJsonError, ValidationError, ApiError, AddressError, CommandError, ValueError, KeyError,
    RecursionError,
)  # fmt: skip
ADDRESS = parse_address("https://llm.example.com/v1")
SMALLER = 8
SLACK = 3.0
"""How much more than its share the larger input may cost; with a quadratic cost it would be eight times as much."""
FLOOR_S = 0.002
"""Less than this is too little to be measured."""

Read = Callable[[str], object]


def refusal(text: str) -> object:
    body = json.dumps({"error": {"message": text}}).encode()
    return refused(ADDRESS, 404, {}, body, now=datetime.now(UTC))


def import_keys(text: str) -> object:
    return Credentials("Mert", ImportNotes()).key(text, hosts=(), role="LLM")


def header(text: str) -> object:
    check_value("X-Key", text)
    return names_in(text), substitute(text, {"A": "b"})


def tool_result(text: str) -> object:
    called = '{"event_type": "conversation.tool_result", "properties": {"tool_call_id": "a", "output": '
    return parse_command(called + text)


def schema(text: str) -> object:
    schema = {"properties": {f"p{n}": {"description": word} for n, word in enumerate(text.split())}}
    return schema_fault(schema), expands_too_far(schema)


def patch(text: str) -> object:
    operations = [{"op": "add", "path": f"/context{part}", "value": 1} for part in text.split(" ")]
    return patched({"context": {}}, operations[:200])


def advice(text: str) -> object:
    llm = {"platform": "tavus", "provider": "CUSTOM_LLM"}
    return notes_about({"llm": llm, "system_prompt": text, "context": text})


def keys_in_a_form(text: str) -> object:
    members = ",".join(f'"{number}_token": "{word}"' for number, word in enumerate(text.split()))
    return UserJsonField(blank={}, shape=dict, rule=literal_key_problems).clean(f"{{{members}}}")


def words_of(text: str) -> object:
    return facts.places(text), facts.own_name(text), facts.own_role(text), facts.caller_home(text)


CASES: list[tuple[str, Read, int, list[str]]] = [
    ("an imported document", read_documents, 400_000,
     ["[", "{", '"', "\\", "/*", "`", "(", "$", "a:", "\n", "#", ",", "[,", "{......", "{…,", "curl ", "-d '", "a="]),
    (
        "a body of the API",
        lambda text: parse_user_json(text, limit_bytes=MIB),
        MIB,
        ["[", "{", '"', '\\"', "\\u", "-", "1,", "[],", "NaN,", '{"a":'],
    ),
    ("JSON in a form", parse_user_json, 64 * KIB, ["[", "[],", "9", "1e999,", '"\\ud800",']),
    ("keys in a form", keys_in_a_form, 6_400, ["x "]),
    ("advice on a prompt", advice, 200_000, ["{", "${", "{a", "{a}", "$dialer ", "漢"]),
    ("a key of a document", import_keys, MIB, ["my key ", "the secret", "key", "-", "x"]),
    ("a patch", patch, 60_000, ["/a", "/~1", "/0 "]),
    ("a persona's address", parse_address, 2_000, ["a", "a.", "é.", "[", ":", "@", "%", "1."]),
    ("a placeholder", is_placeholder, 2_000, ["<", "a", ".", "your-"]),
    ("a prompt", placeholders, 200_000, ["{", "{a", "{a}", "漢"]),
    ("a header", header, 4_096,
     ["A ", "{{secret:", "{{secret:A", "_"]),
    ("a schema", schema, 60_000, ["a ", "$ref "]),
    ("a command", parse_command, MESSAGE_BYTES, ["[", "{", '{"a":', '"']),
    ("a tool's result", tool_result, MESSAGE_BYTES, ["[", '{"a":', '"', "1,"]),
    ("a refusal", refusal, DEFAULT_LIMITS.error_body_bytes, ["model ", "model not ", "\x1b[", "\x1b]", "a\n"]),
    ("a Retry-After", lambda text: retry_after({"retry-after": text}, datetime.now(UTC)), 60_000,
     ["1", "Mon, ", "(", ":", "- "]),
    ("a payload", lambda text: parse_payload(text.encode()), DEFAULT_LIMITS.sse_line_bytes,
     ["[", '{"a":', '"', "9", "\\u", "[1,"]),
    ("what the demo LLM is asked", words_of, USER_TEXT_CHARS,
     ["in ", "in A ", "A ", "A, ", "You are a ", "your name is ", "is from A "]),
    ("an address for the demo LLM's tools", demo_tools._EMAIL.search, USER_TEXT_CHARS, ["a", "a.", "a@", "a@a."]),
    ("a quotation for the demo LLM's tools", demo_tools._QUOTED.search, USER_TEXT_CHARS, ["“", '"', "«"]),
    ("a mark at the end of a story", situation._is_marked, USER_TEXT_CHARS,
     ["[", "(", "[interrupt", "interrupt", "[ "]),
    ("a result for the demo LLM", tool_results._in_words, MESSAGE_BYTES, ["[", "[1,", '{"a":']),
]  # fmt: skip


def seconds(read: Read, text: str) -> float:
    began = time.process_time()
    with contextlib.suppress(*REFUSALS):
        read(text)
    return time.process_time() - began


@pytest.mark.parametrize(
    ("read", "chars", "part"),
    [
        pytest.param(read, chars, part, id=f"{name}-{part}")
        for name, read, chars, parts in CASES
        for part in parts
    ],
)
def test_the_cost_grows_as_the_input_does(read: Read, chars: int, part: str) -> None:
    large = part * (chars // len(part.encode()))
    small = large[: len(large) // SMALLER]
    fastest = min(seconds(read, small) for _ in range(3))
    limit_s = SMALLER * SLACK * max(fastest, FLOOR_S)
    assert any(seconds(read, large) < limit_s for _ in range(3))


@pytest.mark.parametrize("bracket", ["[", "{", '{"a":', "[1,"])
def test_json_that_nests_too_deeply_is_refused_where_it_does(bracket: str) -> None:
    """Not after a look at all that follows, of which a list would be made in one piece."""
    seen = seconds(lambda text: parse_user_json(text, limit_bytes=MIB), bracket * (MIB // len(bracket)))
    assert seen < 0.1


@pytest.mark.parametrize("nested", ["[" * 1_000 + "]" * 1_000, '{"a":' * 1_000 + "1" + "}" * 1_000])
def test_a_result_that_nests_deeply_is_put_into_words(nested: str) -> None:
    assert tool_results._in_words(nested) == nested


def test_two_versions_are_compared_word_by_word_only_up_to_a_number() -> None:
    before, after = "a b " * MAX_COMPARED, "b a c " * MAX_COMPARED
    assert [span.kind for span in compare_texts(before, after)][:1] != []
    assert len(compare_texts(before, after)) <= 3
