"""Whatever is pasted is read or refused with a place in it; nothing else happens."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personas.formats import FormatError, read_conversation, read_documents
from tests.personas.linear_cost import is_linear

PIECES = [
    "{", "}", "[", "]", "(", ")", "'", '"', '"""', "`", "\\", "\n", "#", "//", "/*", "*/", "/", ":", ",", ";", "=", "+",
    "+=", "...", "**", "$", "${", "<", ">", "<<", "|", "^", "@-", "-d ", "-H ", "curl ", "f'", "r'", "$'", " ",
    "\n    ",
    "persona_name", "layers", "system_prompt", "context", "api_key", "messages", "tools", "role", "content", "system",
    "$response.replies.push(", '{type: "llmRequest"', "$jsapi.chatHistoryInLlmFormat()", ".concat(", ".slice(-1)",
    ".push(", ".unshift(", ".splice(0, 0, ", "var h = ", "h", "p = ", "const p: P = ", "state: A", "script:", "if (x) ",
    "dedent(", ".strip()", "None", "True", "1", "persona_id", '{"persona_name": "A"}', "EOF",
]  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (read_documents, read_conversation):
        try:
            read(text)
        except FormatError as error:
            assert error.line >= 1
            assert error.column >= 1


@pytest.mark.slow  # Measures long inputs, several times each.
def test_the_cost_is_linear_in_names_that_are_used_and_changed() -> None:
    def cost(repeats: int) -> float:
        changes, uses = "a.push(1);\n" * repeats, "a, " * repeats
        began = time.process_time()
        read_documents(f"var a = [];\n{changes}p = {{persona_name: 'A', x: [{uses}]}}")
        return time.process_time() - began

    assert is_linear(cost, 1_600)
