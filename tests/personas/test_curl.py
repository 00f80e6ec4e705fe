"""A pasted curl command is the document that it sends, unescaped as the shell does; its credentials are left out."""

import json
import subprocess
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personas.formats import FormatError, read_conversation, read_document
from tests.personas.linear_cost import is_linear

DOCUMENT = {"persona_name": "Ann", "system_prompt": 'It\'s "Ann".\nCost: $5 `x` \\ é'}
AT = "https://tavusapi.com/v2/personas"


def name_of(text: str) -> str:
    return str(read_document(text).document["persona_name"])


def in_single_quotes(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def in_double_quotes(text: str) -> str:
    return '"' + "".join(f"\\{char}" if char in '"\\$`' else char for char in text) + '"'


def in_ansi_quotes(text: str) -> str:
    return "$'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


@pytest.mark.parametrize("quoted", [in_single_quotes, in_double_quotes, in_ansi_quotes])
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    "command",
    [
        f"curl {AT} -d %s",
        f"curl -X POST {AT} \\\n  -H 'Content-Type: application/json' \\\n  -d %s",
        f"curl -sS --data %s {AT}",
        f"curl {AT} --data-raw %s --compressed",
        f"curl {AT} --data-binary=%s",
        f"$ curl -sd %s {AT}",
        f"!curl {AT} --json %s | jq .",
        f"export KEY=x\n# make it\ncurl.exe {AT} -d%s;",
        f"KEY=x curl {AT} -d %s > out.json",
    ],
)
def test_the_document_is_what_the_command_sends(command: str, quoted: Any, indent: int | None) -> None:
    text = command % quoted(json.dumps(DOCUMENT, indent=indent, ensure_ascii=False))
    draft = read_document(text)
    assert (draft.document["persona_name"], draft.document["system_prompt"]) == tuple(DOCUMENT.values())


@pytest.mark.parametrize("begin", ["<<'JSON'", "<<JSON", '<<"JSON"', "<<-JSON", "<< 'JSON' -sS"])
@pytest.mark.parametrize("option", ["-d @-", "--data-binary @-", "--json @-"])
def test_a_here_document_is_the_document(begin: str, option: str) -> None:
    body = json.dumps(DOCUMENT, indent=2)
    draft = read_document(f"curl {AT} {option} {begin}\n{body}\nJSON\n")
    assert draft.document["system_prompt"] == DOCUMENT["system_prompt"]
    assert draft.notes == ()


def test_a_here_document_may_come_through_a_pipe() -> None:
    assert name_of(f"cat <<'EOF' | curl {AT} -d @-\n{json.dumps(DOCUMENT)}\nEOF") == "Ann"


@pytest.mark.parametrize(
    "command",
    [
        'curl {at} ^\n  -H "Content-Type: application/json" ^\n  -d "{{\\"persona_name\\": \\"Ann\\"}}"',
        'curl {at} ^\n  --data-raw ^"^{{^\\^"persona_name^\\^": ^\\^"Ann^\\^"^}}^"',
        "curl.exe {at} `\n  -H 'a: b' `\n  -d '{{\"persona_name\": \"Ann\"}}'",
    ],
)
def test_a_command_of_windows_is_read(command: str) -> None:
    assert name_of(command.format(at=AT)) == "Ann"


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=40))
def test_what_is_unescaped_is_what_a_shell_unescapes(text: str) -> None:
    document = json.dumps({"persona_name": "A", "context": text}, ensure_ascii=False)
    quoted = in_single_quotes(document)
    printed = subprocess.run(["/bin/sh", "-c", f"printf %s {quoted}"], capture_output=True, check=True).stdout
    assert printed.decode() == document
    assert read_document(f"curl {AT} -d {quoted}").document["context"] == text


@pytest.mark.parametrize(
    "header", ["x-api-key: 0123456789abcdef", "X-API-Key: YOUR_KEY", "Authorization: Bearer abc"]
)
def test_the_platforms_key_is_left_out_said_so_and_stored_nowhere(header: str) -> None:
    draft = read_document(f"curl {AT} -H '{header}' -d '{json.dumps({'persona_name': 'Ann'})}'")
    name, _, value = header.partition(": ")
    assert draft.secrets == ()
    assert value not in repr(draft)
    assert (
        f"{name} is the platform's key (tavusapi.com), not your LLM's: it was left out, and is stored nowhere."
        in (draft.notes)
    )


@pytest.mark.parametrize(
    ("option", "words"), [("-H 'Authorization: Bearer abc123'", "header Authorization"), ("-u me:pw", "(-u)")]
)
def test_credentials_for_another_host_are_left_out_too(option: str, words: str) -> None:
    draft = read_document(f'curl http://127.0.0.1:8765/v2/personas {option} -d \'{{"persona_name": "Ann"}}\'')
    assert any(words in note and "stored nowhere" in note for note in draft.notes)
    assert "abc123" not in repr(draft)


def test_headers_without_a_key_need_no_word() -> None:
    draft = read_document(f"curl {AT} -H 'Content-Type: application/json' -d '{{\"persona_name\": \"Ann\"}}'")
    assert draft.notes == ()


@pytest.mark.parametrize("option", ["", "-d ", "-d", "--data-raw ", "--json="])
@pytest.mark.parametrize("quoted", [in_single_quotes, in_double_quotes, in_ansi_quotes])
def test_a_document_cut_out_of_a_command_is_unescaped(quoted: Any, option: str) -> None:
    draft = read_document("\n  " + option + quoted(json.dumps(DOCUMENT, indent=2)))
    assert draft.document["system_prompt"] == DOCUMENT["system_prompt"]


def test_a_quote_that_a_shell_escaped_is_one_without_the_quotes_around_it_too() -> None:
    draft = read_document('{"persona_name": "Ann", "context": "It\'\\\'\'s Ann\'\\\'\'s."}')
    assert draft.document["context"] == "It's Ann's."


@pytest.mark.parametrize("indent", [None, 2])
def test_an_object_whose_quotes_are_escaped_is_read_without_the_quotes_around_it(indent: int | None) -> None:
    written = json.dumps(DOCUMENT, indent=indent)
    for escaped in (in_double_quotes(written)[1:-1], json.dumps(written)[1:-1]):
        assert read_document(escaped).document["system_prompt"] == DOCUMENT["system_prompt"]


def test_what_follows_the_command_is_named() -> None:
    draft = read_document(f'curl {AT} -d \'{{"persona_name": "Ann"}}\'\n\n{{"persona_id": "p1"}}')
    assert draft.notes == ("Line 3: what follows the command was left out.",)


def test_a_second_document_of_the_command_is_named() -> None:
    draft = read_document(f"curl {AT} -d '{{\"persona_name\": \"Ann\"}}' -d '{{}}'")
    assert draft.notes == ("The command has more than one -d; the first one was read.",)


def test_a_conversation_may_stand_in_a_command() -> None:
    conversation = read_conversation(
        "curl https://tavusapi.com/v2/conversations -H 'x-api-key: k' -d '{\"persona_id\": \"p1\"}'"
    )
    assert conversation is not None
    assert conversation.persona_id == "p1"
    assert any("stored nowhere" in note for note in conversation.notes)


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        (f"curl {AT} \\\n  -d '{{\n  \"persona_name\": 1}}'", 3, 19, "not a text"),
        (f"curl {AT} -d '{{\"persona_name\": 1}}'", 1, 60, "not a text"),
        (f'curl {AT} -d \'{{"a"', 1, 42, "quote that begins here is not closed"),
        (f"curl {AT}", 1, 1, "sends no document"),
        (f"curl {AT} -d @persona.json", 1, 42, "file persona.json"),
        (f"curl {AT} -d @-", 1, 42, "not in the text"),
        (f"curl {AT} -d @- <<EOF\n{{}}\n", 1, 45, "The line EOF"),
    ],
)
def test_what_is_wrong_is_named_with_its_place_in_the_paste(
    text: str, line: int, column: int, words: str
) -> None:
    with pytest.raises(FormatError) as refused:
        read_document(text)
    assert words in refused.value.message
    assert (refused.value.line, refused.value.column) == (line, column)


def test_a_document_that_speaks_of_curl_is_no_command() -> None:
    text = '{\n"persona_name": "Ann", "system_prompt": `Say:\ncurl https://a.example -d x`}'
    assert name_of(text) == "Ann"


@pytest.mark.slow  # Measures long inputs, several times each.
@pytest.mark.parametrize("unit", ["'", '"', "\\", "$'", "-d ", "curl -d ", "<<A\n", "^\n", "a ", "\\\n"])
def test_the_cost_is_linear_for_hostile_repetitions(unit: str) -> None:
    def cost(repeats: int) -> float:
        began = time.process_time()
        with pytest.raises(FormatError):
            read_document(f"curl {AT} {unit * repeats}")
        return time.process_time() - began

    assert is_linear(cost, 20_000)
